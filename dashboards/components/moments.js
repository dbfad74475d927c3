// Things to read or listen to: data = {english, empty, moments}; see moments.py for their shape.
// A plain click on a link opens the call within the page; with a key held it is an ordinary link.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function moment(entry, open) {
  const item = element("li", `tone-${entry.tone}`);
  const head = element("div", "head");
  if (entry.badge) head.append(element("span", "badge", entry.badge));
  head.append(element("span", "title", entry.title));
  if (entry.aside) head.append(element("span", "aside", entry.aside));
  item.append(head);
  if (entry.quote) item.append(element("blockquote", "", entry.quote));
  for (const [label, text] of entry.notes) {
    const note = element("div", "note");
    note.append(element("b", "", label), element("span", "", text));
    item.append(note);
  }
  if (entry.call) {
    const link = element("a", "", entry.link);
    const query = new URLSearchParams({ id: entry.call });
    if (entry.line !== null) query.set("line", entry.line);
    link.href = `call?${query}`;
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open({ call: entry.call, line: entry.line });
    };
    item.append(link);
  }
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moments");
  root.classList.toggle("english", data.english);
  const open = (where) => setTriggerValue("open", where);
  const shown = data.moments.map((entry) => moment(entry, open));
  root.querySelector("ol").replaceChildren(...(shown.length ? shown : [element("li", "empty", data.empty)]));
}
