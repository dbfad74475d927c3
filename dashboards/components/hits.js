// Lines that hold the words, by call: data = {calls, labels}; see hits.py for a call's shape. Choosing a line tells Python which.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function line(entry, call, labels, choose) {
  const made = element("li", `line${entry.doubtful ? " doubtful" : ""}`);
  const text = element("span", "text");
  const said = element("span", "said");
  said.append(...entry.text.map(([piece, found]) => (found ? element("mark", "", piece) : piece)));
  text.append(said);
  if (entry.doubtful) text.append(element("span", "doubt", labels.doubtful));
  made.append(element("span", "time", entry.time), element("span", entry.speaker, entry.name), text);
  made.tabIndex = 0;
  made.dataset.id = call;
  made.dataset.line = entry.line;
  made.setAttribute("role", "button");
  made.title = labels.open;
  made.onclick = () => String(window.getSelection()) || choose(call, entry.line);
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".hits");
  const choose = (id, at) => setTriggerValue("chosen", { id, line: at });
  root.querySelector(".calls").replaceChildren(
    ...data.calls.map((call) => {
      const item = element("li", "call");
      const head = element("div", "head");
      head.append(element("span", "id", call.shown), ...call.where.map((part) => element("span", "where", part)));
      const lines = element("ol");
      lines.append(...call.lines.map((entry) => line(entry, call.id, data.labels, choose)));
      item.append(head, lines);
      return item;
    }),
  );
  const all = [...root.querySelectorAll(".line")];
  root.onkeydown = (event) => {
    const here = all.indexOf(event.target);
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step) all[here + step]?.focus();
    else if (event.key === "Enter") choose(all[here].dataset.id, Number(all[here].dataset.line));
    else return;
    event.preventDefault();
  };
  root.querySelector(".keys").textContent = data.labels.keys;
}
