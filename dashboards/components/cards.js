// A list of judgements, each with its evidence: data = {english, empty, sum, cards}; see cards.py for a card's shape.
// Choosing a card asks the player for its line.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function card(entry) {
  const item = element("li", `card tone-${entry.tone}${entry.quiet ? " quiet" : ""}`);
  const head = element("div", "head");
  if (entry.badge) head.append(element("span", `badge${entry.open ? " open" : ""}`, entry.badge));
  head.append(element("span", "title", entry.title));
  if (entry.aside) head.append(element("span", entry.lost ? "aside lost" : "aside", entry.aside));
  item.append(head);
  if (entry.quote.length) {
    const quote = element("blockquote");
    quote.append(...entry.quote.map(([text, leaned]) => (leaned ? element("mark", "", text) : text)));
    item.append(quote);
  }
  for (const [label, text] of entry.notes) {
    const note = element("div", "note");
    note.append(element("b", "", label), element("span", "", text));
    item.append(note);
  }
  if (entry.calls.length) {
    const note = element("div", "note");
    const links = element("span", "calls");
    for (const call of entry.calls) {
      const link = element("a", "", call);
      link.href = `?id=${encodeURIComponent(call)}`;
      links.append(link);
    }
    note.append(element("b", "", entry.calls_label), links);
    item.append(note);
  }
  if (entry.line === null) return item;
  const ask = () => document.dispatchEvent(new CustomEvent("auditor:line", { detail: { line: entry.line } }));
  item.classList.add("link");
  item.tabIndex = 0;
  item.setAttribute("role", "button");
  item.onclick = () => String(window.getSelection()) || ask();
  item.onkeydown = (event) => event.key === "Enter" && ask();
  return item;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".cards");
  root.classList.toggle("english", data.english);
  const cards = data.cards.length ? data.cards.map(card) : [element("li", "empty", data.empty)];
  root.querySelector("ol").replaceChildren(...cards);
  root.querySelector(".sum").textContent = data.sum;
}
