// What an appeal is about, its course, and how others were answered: data = {english, worth, groups}; see dossier.py for their shapes.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
}

function card(entry) {
  const item = element("li", `card tone-${entry.tone}`);
  const head = element("div", "head");
  if (entry.badge) head.append(element("span", `badge${entry.open ? " open" : ""}`, entry.badge));
  head.append(element("span", "title", entry.title));
  if (entry.aside) head.append(element("span", "aside", entry.aside));
  item.append(head);
  if (entry.quote.length) item.append(element("blockquote", "", entry.quote.map(([text]) => text).join("")));
  for (const [label, text] of entry.notes) {
    const note = element("div", "note");
    note.append(element("b", "", label), element("span", "", text));
    item.append(note);
  }
  return item;
}

function group(entry) {
  const made = element("div", "group");
  if (entry.heading) made.append(element("h4", "", entry.heading));
  if (entry.says) made.append(element("p", "says", entry.says));
  const list = element("ol");
  list.append(...entry.cards.map(card));
  made.append(list);
  return made;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dossier");
  root.classList.toggle("english", data.english);
  root.querySelector(".worth").replaceChildren(
    ...data.worth.map(([text, tone]) => element(tone ? "b" : "span", tone ? `tone-${tone}` : "", text)),
  );
  root.querySelector(".groups").replaceChildren(...data.groups.map(group));
}
