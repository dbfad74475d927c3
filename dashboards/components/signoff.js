// Where the review of a call stands, its signing off, and what became of the latest act: data as signoff.py has them.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".signoff");
  const find = (name) => root.querySelector(name);
  const state = remembered(root, () => ({}));
  const send = outbox(state, data, setTriggerValue);
  const { labels } = data;
  const badge = find(".badge");
  badge.className = `badge tone-${data.tone}`;
  badge.textContent = data.badge;
  find(".says").textContent = data.says;

  const warning = find(".warning");
  warning.hidden = true;
  const sign = () => send({ do: "sign", seen: data.seen });
  const ask = () => {
    warning.replaceChildren(labels.warning, button("", labels.sign_anyway, sign), button("", labels.cancel, () => (warning.hidden = true)));
    warning.hidden = false;
    warning.querySelector("button").focus();
  };
  const acts = [];
  if (data.may === "sign") acts.push(button(data.left ? "" : "main", labels.sign, data.left ? ask : sign));
  if (data.may === "reopen") acts.push(button("", labels.reopen, () => send({ do: "reopen", seen: data.seen })));
  find(".acts").replaceChildren(...acts);

  const outcome = find(".outcome");
  const { told } = data;
  outcome.className = told && !told.saved ? "outcome failed" : "outcome";
  outcome.replaceChildren(...(told ? [element("span", "", told.text)] : []));
  if (told?.undo) {
    const [kind, item, seen] = told.undo;
    outcome.append(button("", labels.undo, () => send({ do: "undo", kind, item, seen })));
  }
  return () => state.listening.abort();
}
