// The work queue: data = {rows, labels}; see worklist.py for a row's shape. Choosing a row tells Python the call's id.
const COLUMNS = ["call", "why", "agent", "score", "waits", "who"];

function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function cell(...content) {
  const made = element("td", "isolate");
  made.append(...content);
  return made;
}

function row(entry, labels, choose) {
  const made = element("tr", `tone-${entry.tone} ${entry.state}`);
  made.tabIndex = 0;
  made.dataset.id = entry.id;
  made.setAttribute("aria-label", [labels.open, entry.shown, entry.kind, entry.why, entry.who].filter(Boolean).join(" "));
  const who = cell(entry.who);
  if (entry.state === "mine") {
    const release = element("button", "", labels.release);
    release.onclick = (event) => {
      event.stopPropagation();
      choose("release", entry.id);
    };
    who.append(document.createElement("br"), release);
  }
  made.append(
    cell(element("span", "id isolate", entry.shown)),
    cell(element("span", `badge${entry.open ? " open" : ""}`, entry.kind), entry.why, element("span", "small", entry.aside)),
    cell(element("span", "isolate", entry.agent), element("span", "small isolate", entry.team)),
    cell(element("span", "score", entry.score), element("span", "small", entry.band)),
    cell(element("span", entry.overdue ? "late" : "", entry.waits)),
    who,
  );
  made.onclick = () => String(window.getSelection()) || choose("open", entry.id);
  made.onkeydown = (event) => {
    if (event.target !== made || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: "nextElementSibling", j: "nextElementSibling", ArrowUp: "previousElementSibling", k: "previousElementSibling" }[event.key];
    if (step) made[step]?.focus();
    else if (event.key === "Enter") choose("open", entry.id);
    else return;
    event.preventDefault();
  };
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".worklist");
  const held = root.getRootNode().activeElement?.dataset?.id;
  const choose = (act, id) => setTriggerValue("chosen", { act, id });
  root.querySelector("caption").textContent = data.labels.caption;
  root.querySelector("thead tr").replaceChildren(
    ...COLUMNS.map((column) => {
      const head = element("th", `c-${column}`, data.labels[column]);
      head.scope = "col";
      return head;
    }),
  );
  const rows = data.rows.map((entry) => row(entry, data.labels, choose));
  root.querySelector("tbody").replaceChildren(...rows);
  root.querySelector(".keys").textContent = data.labels.keys;
  rows.find((each) => held !== undefined && each.dataset.id === held)?.focus();
}
