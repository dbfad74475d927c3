// Who was called, when, and what the call is worth: data = {title, where, score, band, tone, remark, machine, facts, warnings}.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".headline");
  const put = (selector, text) => (root.querySelector(selector).textContent = text);
  put("h1", data.title);
  put(".score strong", data.score);
  put(".score .badge", data.band);
  put(".remark", data.remark);
  put(".machine", data.machine);
  root.querySelector(".score").className = `score tone-${data.tone}`;
  root.querySelector(".where").replaceChildren(...data.where.map((part) => element("span", "", part)));
  root.querySelector(".facts").replaceChildren(
    ...data.facts.map(([label, value]) => {
      const pair = document.createElement("div");
      const shown = element("dd", "", value);
      shown.title = value;
      pair.append(element("dt", "", label), shown);
      return pair;
    }),
  );
  root.querySelector(".warnings").replaceChildren(...data.warnings.map((text) => element("li", "", text)));
}
