// Calls over days: data = {label, hours: [from, to], days: [{label, gap, counts, due, calls}], legend, stop}; see timeline.py.
const NS = "http://www.w3.org/2000/svg";
const LEFT = 46, TOP = 24, HEIGHT = 240, WIDTH = 112;

function shape(tag, attributes, text) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const y = (hour) => TOP + (hour / 24) * HEIGHT;

function symbol(kind, x, at) {
  const group = shape("g", { class: `${kind.answered ? "answered" : ""}${kind.off ? " off" : ""}` });
  if (kind.found) {
    group.append(
      kind.several
        ? shape("rect", { class: "ring", x: x - 9, y: at - 9, width: 18, height: 18, transform: `rotate(45 ${x} ${at})` })
        : shape("circle", { class: "ring", cx: x, cy: at, r: 10 }),
    );
  }
  group.append(shape("circle", { class: "dot", cx: x, cy: at, r: 5 }));
  if (!kind.answered) group.append(shape("path", { class: "dot", d: `M${x - 3} ${at - 3}l6 6m0 -6l-6 6` }));
  if (kind.found > 1) group.append(shape("text", { class: "count", x: x + 13, y: at - 6 }, String(kind.found)));
  if (kind.flag) group.append(shape("text", { class: "flag", x: x + 13, y: at + 12 }, kind.flag));
  return group;
}

function call(data, each, x) {
  const link = shape("a", { href: each.href, tabindex: 0, "aria-label": each.title });
  link.append(shape("title", {}, each.title), symbol({ ...each, flag: each.stop ? data.stop : "" }, x, y(each.hour)));
  return link;
}

// calls that begin in the same hour stand beside each other
function spread(calls, middle) {
  const last = [];
  return calls.map((each) => {
    let lane = last.findIndex((hour) => each.hour - hour > 2);
    if (lane < 0) lane = last.length < 3 ? last.length : 2;
    last[lane] = each.hour;
    return middle + [-14, 20, -38][lane] + (calls.length === 1 ? 14 : 0);
  });
}

function day(svg, data, each, number, below) {
  const middle = LEFT + WIDTH * number + WIDTH / 2;
  const left = middle - WIDTH / 2;
  svg.append(shape("line", { class: "rule", x1: left, x2: left, y1: TOP, y2: TOP + HEIGHT + below - 4 }));
  svg.append(shape("text", { x: middle, y: 15, "text-anchor": "middle" }, each.label));
  if (each.gap) svg.append(shape("text", { x: left + 3, y: TOP + HEIGHT - 5 }, each.gap));
  let under = TOP + HEIGHT + 17;
  for (const { text, over } of each.counts) {
    svg.append(shape("text", { x: middle, y: under, "text-anchor": "middle", class: over ? "over" : "" }, text));
    under += 16;
  }
  for (const { text, outcome } of each.due) {
    svg.append(shape("text", { x: middle, y: under, "text-anchor": "middle", class: outcome }, `⚑ ${text}`));
    under += 16;
  }
  const places = spread(each.calls, middle);
  each.calls.forEach((one, index) => svg.append(call(data, one, places[index])));
}

function key(data, [kind, label]) {
  const item = document.createElement("span");
  const picture = shape("svg", { width: 26, height: 24, "aria-hidden": "true" });
  if (kind === "off") picture.append(shape("rect", { class: "night", width: 26, height: 24 }), shape("line", { class: "edge", x1: 0, x2: 26, y1: 23, y2: 23 }));
  else if (kind === "stop") picture.append(shape("text", { class: "flag", x: 0, y: 17 }, data.stop));
  else picture.append(symbol({ answered: kind !== "unanswered", found: Number(["found", "several"].includes(kind)), several: kind === "several" }, 13, 12));
  const text = document.createElement("span");
  text.textContent = label;
  item.append(picture, text);
  return item;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".timeline");
  const width = LEFT + WIDTH * data.days.length + 6;
  const below = 12 + 16 * Math.max(1, ...data.days.map((each) => each.counts.length + each.due.length));
  const svg = shape("svg", { width, height: TOP + HEIGHT + below, role: "group", "aria-label": data.label });
  const [from, to] = data.hours;
  for (const [begin, end] of [[0, from], [to, 24]]) {
    if (end > begin) svg.append(shape("rect", { class: "night", x: LEFT, y: y(begin), width: width - LEFT, height: y(end) - y(begin) }));
  }
  for (const hour of [0, 4, 8, 12, 16, 20, 24]) {
    svg.append(shape("line", { class: "rule", x1: LEFT, x2: width, y1: y(hour), y2: y(hour) }));
    svg.append(shape("text", { x: LEFT - 6, y: y(hour) + 4, "text-anchor": "end" }, `${hour}:00`));
  }
  for (const hour of data.hours) {
    if (hour > 0 && hour < 24) svg.append(shape("line", { class: "edge", x1: LEFT, x2: width, y1: y(hour), y2: y(hour) }));
  }
  data.days.forEach((each, number) => day(svg, data, each, number, below));
  root.querySelector(".scroll").replaceChildren(svg);
  root.querySelector("figcaption").replaceChildren(...data.legend.map((each) => key(data, each)));
}
