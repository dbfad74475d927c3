// Asks the player for a line as soon as it is there, once for each arrival: data = {call, line}.
const PLAYER = ".player .line";

function ready() {
  return [...document.querySelectorAll("*")].some((element) => element.shadowRoot?.querySelector(PLAYER));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".arrival");
  const asked = `${data.call}\n${data.line}`;
  if (root.dataset.asked === asked) return;
  root.dataset.asked = asked;
  let tries = 60;
  const waiting = setInterval(() => {
    if (ready()) document.dispatchEvent(new CustomEvent("auditor:line", { detail: { line: data.line } }));
    if (ready() || !tries--) clearInterval(waiting);
  }, 250);
  return () => clearInterval(waiting);
}
