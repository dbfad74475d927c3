// One finding with its evidence: data = {tone, badge, title, aside, quote, notes: [[label, text]]}.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".evidence");
  const put = (selector, text) => (root.querySelector(selector).textContent = text);
  root.className = `root evidence tone-${data.tone}`;
  put(".badge", data.badge);
  put("h2", data.title);
  put(".aside", data.aside);
  put("blockquote", data.quote);
  root.querySelector("dl").replaceChildren(
    ...data.notes.flatMap(([label, text]) => {
      const term = document.createElement("dt");
      const told = document.createElement("dd");
      term.textContent = label;
      told.textContent = text;
      return [term, told];
    }),
  );
}
