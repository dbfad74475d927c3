// What components share. Text from data is put in with textContent only.
function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(classes, text, act, help) {
  const made = element("button", classes, text);
  made.type = "button";
  if (help) made.title = made.ariaLabel = help;
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    act(event);
  });
  return made;
}

function options(choices, chosen) {
  const made = element("select");
  for (const [code, label] of choices) {
    const option = element("option", "", label);
    option.value = code;
    option.selected = code === chosen;
    made.append(option);
  }
  return made;
}

function labelled(label, field) {
  const made = element("label", "field");
  made.append(element("span", "", label), field);
  return made;
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// What a component remembers between calls of its function. Streamlit does not end a call before the next: its listeners go here.
const REMEMBERED = new WeakMap();
function remembered(root, fresh) {
  if (!REMEMBERED.has(root)) REMEMBERED.set(root, fresh());
  const state = REMEMBERED.get(root);
  state.listening?.abort();
  state.listening = new AbortController();
  state.on = (target, type, act) => target.addEventListener(type, act, { signal: state.listening.signal });
  return state;
}

// Whether a key press belongs to what has the focus, and not to the page.
const OWN_KEYS = "input, textarea, select, button, summary, [contenteditable], [role=tab], [role=radio], [role=combobox], canvas";
function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !!event.composedPath()[0].closest?.(OWN_KEYS);
}

// A form that stays open, with what was typed, until it is known that it was saved.
let acts = 0;
function sending(form, send) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = form.querySelector(".told");
    const act = send();
    if (act.trouble) {
      told.textContent = act.trouble;
      form.querySelector("textarea").focus();
      return;
    }
    told.textContent = form.dataset.saving;
    for (const field of form.elements) field.disabled = true;
    form.dataset.act = act.nonce;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") form.dispatchEvent(new Event("leave"));
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
    event.stopPropagation();
  });
}

// Acts leave one at a time: of several that come while it works, Streamlit keeps only the newest.
const PATIENCE = 20_000; // milliseconds until an act without an answer no longer holds up the next
function outbox(state, data, trigger) {
  state.waiting ??= [];
  const next = () => {
    if (state.sent || !state.waiting.length) return;
    state.sent = state.waiting.shift();
    state.trigger("act", state.sent);
    clearTimeout(state.patience);
    state.patience = setTimeout(() => {
      state.sent = null;
      next();
    }, PATIENCE);
  };
  state.trigger = trigger;
  if (state.sent && echoOf(state.sent.nonce, data)) state.sent = null;
  next();
  return (act) => {
    const whole = { ...act, call: data.call, nonce: `${Date.now()}-${++acts}` };
    state.waiting.push(whole);
    next();
    return whole;
  };
}

function echoOf(nonce, data) {
  return data.echoes?.find((echo) => echo.nonce === nonce);
}

// What became of the act that a form sent: it closes where all went well, else it can be sent again. Returns whether it stays.
// Fields that wait lose the focus; what shows the form gives it back with resume().
function answered(form, data) {
  const echo = form.dataset.act && echoOf(form.dataset.act, data);
  if (!echo) return true;
  if (echo.saved) return false;
  delete form.dataset.act;
  form.dataset.again = "yes";
  for (const field of form.elements) field.disabled = false;
  form.querySelector(".told").textContent = echo.text;
  return true;
}

function resume(form) {
  if (!form?.dataset.again) return;
  delete form.dataset.again;
  form.querySelector("textarea").focus({ preventScroll: true });
}
