// A list of judgements, each with its evidence and what people decided of it: data as cards.py has them.
// Choosing a card asks the player for its line; what a person decides leaves as the trigger "act".
function card(entry) {
  const item = element("li", `card tone-${entry.tone}${entry.quiet ? " quiet" : ""}${entry.gone ? " gone" : ""}`);
  const head = element("div", "top");
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
  if (entry.line !== null || entry.item) item.tabIndex = 0;
  if (entry.line !== null) item.classList.add("link");
  return item;
}

// Reasons ready to choose above the field for one's own words; choosing writes into the field.
function reasons(ready, labels) {
  const row = element("div", "ready");
  const text = element("textarea");
  text.rows = 2;
  text.placeholder = labels.reason_hint;
  for (const reason of ready) {
    row.append(button("", reason, () => {
      text.value = text.value.trim() ? `${text.value.trim()}；${reason}` : reason;
      text.focus();
    }));
  }
  return [row, text];
}

const FORMS = {
  overturn({ labels, review }, now, form) {
    const [row, text] = reasons(review.ready, labels);
    form.append(element("strong", "", labels.overturn_title), row, labelled(labels.reason, text));
    const read = () =>
      text.value.trim() ? { do: "rule", verdict: "overturned", item: now().item, seen: now().seen, reason: text.value } : { trouble: labels.reason_needed };
    return [text, read];
  },
  edit({ labels, review }, now, form) {
    const [category, severity] = [options(review.categories, now().category), options(review.severities, now().severity)];
    const text = element("textarea");
    text.rows = 1;
    form.append(element("strong", "", labels.edit_title), labelled(labels.category, category), labelled(labels.severity, severity));
    form.append(labelled(labels.reason, text));
    const read = () => ({
      do: "rule", verdict: "upheld", item: now().item, seen: now().seen, reason: text.value, category: category.value, severity: severity.value,
    });
    return [category, read];
  },
  judge({ labels, review }, now, form) {
    const verdict = options(review.verdicts, now().verdict);
    const [row, text] = reasons(review.ready, labels);
    form.append(element("strong", "", labels.judge_title), labelled(labels.verdict, verdict), row, labelled(labels.reason, text));
    const read = () =>
      text.value.trim() ? { do: "step", verdict: verdict.value, item: now().item, seen: now().seen, reason: text.value } : { trouble: labels.reason_needed };
    return [verdict, read];
  },
};

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cards");
  const list = root.querySelector("ol");
  const state = remembered(root, () => ({ drawn: new Map(), current: "" }));
  const { labels, review } = data;
  root.classList.toggle("english", data.english);
  root.querySelector(".sum").textContent = data.sum;
  root.querySelector(".says").textContent = data.says;
  if (state.call !== data.call) Object.assign(state, { call: data.call, drawn: new Map(), current: "" });

  state.send = outbox(state, data, setTriggerValue);
  const close = (item) => {
    item.querySelector("form")?.remove();
    item.focus({ preventScroll: true });
  };
  const open = (item, entry, kind) => {
    list.querySelector("form")?.remove();
    const form = element("form", "act");
    form.dataset.saving = labels.saving;
    const [field, read] = FORMS[kind](data, () => state.drawn.get(item.dataset.id).entry.item, form);
    const foot = element("div", "foot");
    foot.append(element("button", "main", labels.save), button("", labels.cancel, () => close(item)), element("span", "told"));
    form.append(foot);
    sending(form, () => {
      const act = read();
      return act.trouble ? act : state.send(act);
    });
    form.addEventListener("leave", () => close(item));
    item.append(form);
    form.scrollIntoView({ block: "nearest" });
    field.focus({ preventScroll: true });
  };
  const save = (item, act) => {
    if (item.classList.contains("saving")) return;
    item.classList.add("saving");
    item.dataset.act = state.send(act).nonce;
  };
  const rule = (item, { item: own }) => save(item, { do: "rule", verdict: "upheld", item: own.item, seen: own.seen });
  const undo = (item, { item: own }) => save(item, { do: "undo", kind: own.kind, item: own.item, seen: own.seen });
  const BUTTONS = {
    finding: [["uphold", "u", rule], ["overturn", "o", (item, entry) => open(item, entry, "overturn")], ["edit", "e", (item, entry) => open(item, entry, "edit")]],
    added: [],
    step: [["judge", "", (item, entry) => open(item, entry, "judge")]],
  };
  const chosen = { uphold: "upheld", overturn: "overturned" };

  const decided = (item, entry) => {
    const own = entry.item;
    if (own.told) item.append(element("div", "decision", own.told));
    if (review) {
      const row = element("div", "acts");
      const all = [...BUTTONS[own.kind], ...(own.verdict ? [["undo", "z", undo]] : [])];
      for (const [label, key, act] of all) {
        const made = button("", labels[label], () => act(item, entry));
        if (key) {
          made.append(element("kbd", "", key));
          made.setAttribute("aria-keyshortcuts", key);
        }
        if (chosen[label]) made.setAttribute("aria-pressed", String(own.verdict === chosen[label]));
        row.append(made);
      }
      item.append(row);
    }
    if (own.history.length > (own.told ? 1 : 0)) {
      const past = element("details", "history");
      past.append(element("summary", "", `${labels.history} ${own.history.length}`));
      past.append(...own.history.map((text) => element("div", "", text)));
      item.append(past);
    }
  };

  const ask = (entry) => entry.line !== null && document.dispatchEvent(new CustomEvent("auditor:line", { detail: { line: entry.line } }));
  const fresh = (entry, id) => {
    const item = card(entry);
    item.dataset.id = id;
    if (entry.item) decided(item, entry);
    item.addEventListener("click", (event) => {
      if (event.target.closest("button, form, summary, a, .history") || String(window.getSelection())) return;
      choose(id, entry);
    });
    item.addEventListener("keydown", (event) => event.key === "Enter" && event.target === item && ask(entry));
    item.addEventListener("focusin", () => (state.current = id));
    return item;
  };
  const choose = (id, entry) => {
    state.current = id;
    state.drawn.get(id).item.focus({ preventScroll: true });
    state.drawn.get(id).item.scrollIntoView({ block: "nearest" });
    ask(entry);
  };

  // A card that did not change stays as it is; one that did keeps its open form and the focus.
  const active = root.getRootNode().activeElement;
  const drawn = new Map();
  data.cards.forEach((entry, place) => {
    const id = entry.item ? `${entry.item.kind} ${entry.item.item}` : String(place);
    const json = JSON.stringify([entry, review]);
    const before = state.drawn.get(id);
    const form = before?.item.querySelector("form");
    const open = form && answered(form, data);
    if (before && echoOf(before.item.dataset.act, data)) before.item.classList.remove("saving");
    if (before?.json === json) {
      if (form && !open) form.remove();
      drawn.set(id, before);
      return;
    }
    const item = fresh(entry, id);
    if (open) item.append(form);
    drawn.set(id, { json, item, entry, focus: before?.item.contains(active) });
  });
  state.drawn = drawn;
  const items = [...drawn.values()].map(({ item }) => item);
  const wanted = items.length ? items : [element("li", "empty", data.empty)];
  if (wanted.length !== list.children.length || wanted.some((item, n) => list.children[n] !== item)) {
    const top = root.scrollTop;
    list.replaceChildren(...wanted);
    root.scrollTop = top;
  }
  for (const kept of drawn.values()) {
    const form = kept.item.querySelector("form");
    if (kept.focus) (form?.querySelector("textarea") ?? kept.item).focus({ preventScroll: true });
    resume(form);
    kept.focus = false;
  }

  if (data.leads) {
    const ids = [...drawn.keys()];
    const step = (by) => {
      if (!ids.length) return;
      const at = ids.indexOf(state.current);
      const id = ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(Math.max(at + by, 0), ids.length - 1)];
      choose(id, data.cards[ids.indexOf(id)]);
    };
    const press = (label) => {
      const now = drawn.get(state.current);
      if (!now || root.offsetParent === null) return;
      const keys = [...now.item.querySelectorAll(".acts button")];
      keys.find((made) => made.getAttribute("aria-keyshortcuts") === label)?.click();
    };
    const keys = { n: () => step(1), j: () => step(1), p: () => step(-1), k: () => step(-1) };
    for (const label of ["u", "o", "e", "z"]) keys[label] = () => press(label);
    state.on(document, "keydown", (event) => {
      if (elsewhere(event) || event.defaultPrevented || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }
  return () => state.listening.abort();
}
