// What was measured of a call: data = {heads, groups, unmeasured}; a group is a list of rows {label, help, values} under its head.
function cell(tag, text, classes) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}

function head(labels) {
  const row = document.createElement("tr");
  row.className = "head";
  labels.forEach((label, at) => {
    const made = cell("th", label);
    made.scope = "col";
    if (at && at === labels.length - 1) made.colSpan = 4 - labels.length;
    row.append(made);
  });
  return row;
}

function body(labels, entries, unmeasured) {
  const part = document.createElement("tbody");
  part.append(head(labels));
  for (const entry of entries) {
    const row = document.createElement("tr");
    const label = cell("th", entry.label);
    label.scope = "row";
    label.title = entry.help;
    row.append(label);
    for (const value of entry.values) {
      const made = cell("td", value, value === unmeasured ? "unmeasured" : "");
      made.colSpan = 3 - entry.values.length;
      row.append(made);
    }
    part.append(row);
  }
  return part;
}

export default function ({ data, parentElement }) {
  const table = parentElement.querySelector("table");
  table.replaceChildren(...data.groups.map((entries, at) => body(data.heads[at], entries, data.unmeasured)));
}
