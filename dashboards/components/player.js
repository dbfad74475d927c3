// A call to listen to, read and correct: data as player.py has them. What a person does here leaves as the trigger "act".
// Other parts of the page ask for a line with the document event "auditor:line" {line: index}.
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const STEP = 5;

function ticks(root, lines, total) {
  const row = root.querySelector(".ticks");
  row.replaceChildren();
  for (const entry of lines) {
    for (const mark of entry.marks) {
      if (mark.tone === "good" || mark.gone) continue;
      const tick = element("i", `tone-${mark.tone}${mark.open ? " suspected" : ""}`);
      tick.style.left = `${(100 * entry.start) / total}%`;
      tick.title = `${clock(entry.start)} ${mark.label}`;
      row.append(tick);
    }
  }
}

// Only lines that differ from what is there are made anew, so that a decision disturbs neither scrolling nor an open form.
function fill(state, list, data) {
  const drawn = data.lines.map((entry) => JSON.stringify(entry));
  const same = state.call === data.call && state.drawn?.length === drawn.length && state.frame === JSON.stringify([data.silences, data.labels]);
  if (same) {
    drawn.forEach((now, index) => {
      if (now === state.drawn[index]) return;
      const fresh = line(data.lines[index], index, data.labels);
      const open = state.items[index].querySelector("form");
      if (open) fresh.querySelector(".words").append(open);
      fresh.tabIndex = state.items[index].tabIndex;
      const focused = state.items[index] === list.getRootNode().activeElement;
      fresh.classList.toggle("now", state.items[index].classList.contains("now"));
      fresh.classList.toggle("target", state.items[index].classList.contains("target"));
      state.items[index].replaceWith(fresh);
      state.items[index] = fresh;
      if (focused) fresh.focus({ preventScroll: true });
    });
  } else {
    state.items = data.lines.map((entry, index) => line(entry, index, data.labels));
    const all = document.createDocumentFragment();
    const gaps = [...data.silences];
    state.items.forEach((item, index) => {
      while (gaps.length && gaps[0][3] === index) all.append(silence(gaps.shift()));
      all.append(item);
    });
    list.replaceChildren(state.items.length ? all : element("li", "empty", data.labels.empty));
    list.scrollTop = 0;
    state.now = -1;
  }
  Object.assign(state, { call: data.call, drawn, frame: JSON.stringify([data.silences, data.labels]) });
}

function addForm({ data, state, close }, index, span) {
  const { labels, review } = data;
  const form = element("form", "act");
  form.dataset.saving = labels.saving;
  const quote = Array.from(data.lines[index].text).slice(...span).join("");
  const [category, severity] = [options(review.categories, ""), options(review.severities, "major")];
  const why = element("textarea");
  why.rows = 2;
  why.placeholder = labels.why_hint;
  const foot = element("div", "foot");
  const save = element("button", "main", labels.save_added);
  foot.append(save, button("", labels.cancel, close), element("span", "told"));
  form.append(element("strong", "", labels.add_title), element("q", "", quote));
  form.append(labelled(labels.category, category), labelled(labels.severity, severity), labelled(labels.why, why), foot);
  sending(form, () => {
    if (!why.value.trim()) return { trouble: labels.why_needed };
    return state.send({ do: "add", utterance: index, span, category: category.value, severity: severity.value, why: why.value });
  });
  return [form, category];
}

function editForm({ data, state, close }, index) {
  const { labels } = data;
  const entry = data.lines[index];
  const form = element("form", "act");
  form.dataset.saving = labels.saving_line;
  const text = element("textarea");
  text.rows = 2;
  text.value = entry.text;
  const foot = element("div", "foot");
  foot.append(element("button", "main", labels.save_line), button("", labels.cancel, close), element("span", "told"));
  form.append(element("strong", "", labels.edit_title), text, foot);
  sending(form, () => state.send({ do: "line", index, text: text.value, seen: state.lines[index].seen }));
  return [form, text];
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  const find = (name) => root.querySelector(name);
  const [audio, list, play, speed, timeline, note, canvas, pick] =
    ["audio", ".lines", ".play", ".speed", ".timeline", ".note", "canvas", ".pick"].map(find);
  const { lines, labels } = data;
  const state = remembered(root, () => ({ now: -1, items: [] }));
  const { on } = state;
  const total = Math.max(data.duration || 0, ...lines.slice(-50).map((entry) => entry.end), 1);

  root.classList.toggle("silent", !data.audio);
  root.classList.toggle("english", data.english);
  root.setAttribute("aria-label", labels.label);
  speed.title = speed.ariaLabel = labels.speed;
  timeline.ariaLabel = labels.timeline;
  timeline.setAttribute("aria-valuemax", String(Math.round(total)));
  find(".keys").replaceChildren(
    ...data.keys.map(([keys, meaning]) => {
      const shown = element("span");
      shown.append(...keys.map((key) => element("kbd", "", key)), ` ${meaning}`);
      return shown;
    }),
  );
  find(".shares").replaceChildren(
    ...data.shares.map(([side, label, share]) => {
      const shown = element("span", `share speaks-${side}`);
      const bar = element("i");
      bar.style.width = `${share}px`;
      shown.append(bar, label);
      return shown;
    }),
  );
  find(".legend").replaceChildren(...data.legend.map(([classes, label]) => {
    const shown = element("span");
    shown.append(element("span", classes, labels.sample), ` ${label}`);
    return shown;
  }));
  note.textContent = data.audio ? "" : labels.no_audio;
  note.classList.remove("trouble");
  if (data.audio && audio.getAttribute("src") !== data.audio) audio.setAttribute("src", data.audio);
  if (!data.audio) audio.removeAttribute("src");
  fill(state, list, data);
  const { items } = state;
  ticks(root, lines, total);
  for (const [index, lane] of data.lanes.entries()) find(`.name${index}`).textContent = lane.label;
  find(".name1").hidden = data.lanes.length < 2;
  drawWave(canvas, data, total);
  state.resized?.disconnect();
  state.resized = new ResizeObserver(() => drawWave(canvas, data, total));
  state.resized.observe(canvas);

  const show = (item) => {
    const above = item.offsetTop - list.scrollTop;
    const near = Math.abs(above) < 3 * list.clientHeight;
    if (above < 40 || above > list.clientHeight - 80) {
      list.scrollTo({ top: item.offsetTop - list.clientHeight / 3, behavior: near ? "smooth" : "auto" });
    }
  };
  const follow = () => {
    const at = audio.currentTime;
    find(".head").style.left = `${(100 * at) / total}%`;
    find(".clock").textContent = data.audio ? `${clock(at)} / ${clock(total)}` : clock(total);
    timeline.setAttribute("aria-valuenow", String(Math.round(at)));
    timeline.setAttribute("aria-valuetext", clock(at));
    const heard = data.audio ? lines.findLastIndex((entry) => entry.start <= at + 0.05 && at < entry.end) : -1;
    if (heard === state.now || (heard < 0 && !audio.paused)) return;
    items[state.now]?.classList.remove("now");
    items[heard]?.classList.add("now");
    if (heard >= 0 && !audio.paused) show(items[heard]);
    state.now = heard;
  };
  const told = () => {
    root.classList.toggle("playing", !audio.paused);
    play.title = play.ariaLabel = audio.paused ? labels.play : labels.pause;
  };
  const start = () => audio.play().catch(() => undefined);
  const toggle = () => (audio.paused ? start() : audio.pause());
  const seek = (seconds) => {
    audio.currentTime = Math.min(Math.max(seconds, 0), total);
    follow();
  };
  const faster = () => {
    audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
    speed.textContent = `${audio.playbackRate}×`;
  };
  const reach = (index) => {
    for (const other of root.querySelectorAll(".line.target, .line[tabindex='0']")) {
      other.classList.remove("target");
      other.tabIndex = -1;
    }
    items[index].classList.add("target");
    items[index].tabIndex = 0;
    show(items[index]);
  };
  const go = (index) => {
    if (!items[index]) return;
    reach(index);
    if (!data.audio) return;
    seek(lines[index].start);
    start();
  };

  const send = outbox(state, data, setTriggerValue);
  Object.assign(state, { send, lines });
  const shut = () => {
    const form = list.querySelector("form");
    const item = form?.closest(".line");
    form?.remove();
    return item;
  };
  const close = () => shut()?.focus({ preventScroll: true });
  const open = (index, make, ...more) => {
    shut();
    pick.hidden = true;
    const [form, field] = make({ data, state, close }, index, ...more);
    form.addEventListener("leave", close);
    form.addEventListener("click", (event) => event.stopPropagation());
    items[index].querySelector(".words").append(form);
    form.scrollIntoView({ block: "nearest" });
    field.focus({ preventScroll: true });
  };
  const add = (index, span) => data.review && open(index, addForm, span);
  const addSelected = () => add(state.selected.index, state.selected.span);
  const edit = (index) => {
    if (!data.review) return;
    if (lines[index].veiled) note.textContent = labels.veiled;
    else open(index, editForm);
  };
  const waiting = list.querySelector("form");
  if (waiting && !answered(waiting, data)) close();
  resume(waiting);

  // one set of buttons for all lines: it stands in the line under the pointer or with the focus
  const tools = (state.tools ??= element("div", "tools"));
  const offer = (item) => {
    if (!data.review || !item || tools.parentElement === item) return;
    const index = Number(item.dataset.line);
    const entry = lines[index];
    tools.replaceChildren(button("", labels.edit, () => edit(index), labels.edit_help));
    tools.append(button("", labels.add, () => add(index, [0, Array.from(entry.text).length]), labels.add_help));
    if (entry.quarantined) tools.prepend(button("", labels.restore, () => send({ do: "restore", index, seen: entry.seen }), labels.restore_help));
    if (entry.corrected) tools.prepend(button("", labels.revert, () => send({ do: "revert", index, seen: entry.seen }), labels.revert_help));
    item.append(tools);
  };
  tools.remove();

  for (const type of ["timeupdate", "seeked", "loadedmetadata"]) on(audio, type, follow);
  for (const type of ["play", "pause", "ended"]) on(audio, type, told);
  on(audio, "error", () => {
    if (!data.audio) return;
    note.textContent = labels.audio_failed;
    note.classList.add("trouble");
  });
  on(play, "click", toggle);
  on(speed, "click", faster);
  on(timeline, "click", (event) => {
    const box = timeline.getBoundingClientRect();
    const at = (total * (event.clientX - box.left)) / box.width;
    if (data.audio) seek(at);
    else go(lines.findLastIndex((entry) => entry.start <= at));
  });
  on(list, "click", (event) => {
    if (!selected(root.getRootNode())) go(Number(event.target.closest(".line")?.dataset.line ?? -1));
  });
  on(list, "mouseover", (event) => offer(event.target.closest(".line")));
  on(list, "focusin", (event) => offer(event.target.closest(".line")));
  on(list, "keydown", (event) => {
    const item = event.target;
    if (!item.classList.contains("line") || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = Number(item.dataset.line);
    const to = (other) => {
      if (!items[other]) return;
      item.tabIndex = -1;
      items[other].tabIndex = 0;
      items[other].focus();
    };
    const whole = [0, Array.from(lines[index].text).length];
    const act = {
      Enter: () => go(index), ArrowDown: () => to(index + 1), ArrowUp: () => to(index - 1),
      c: () => edit(index), a: () => (pick.hidden ? add(index, whole) : addSelected()),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  on(list, "scroll", () => (pick.hidden = true));
  on(document, "selectionchange", () => {
    if (!data.review) return;
    const found = selected(root.getRootNode());
    state.selected = found ?? state.selected;
    pick.hidden = !found;
    if (!found) return;
    const box = root.getBoundingClientRect();
    pick.style.left = `${Math.min(found.box.left - box.left, box.width - 130)}px`;
    pick.style.top = `${found.box.bottom - box.top + 4}px`;
  });
  pick.textContent = labels.add;
  on(pick, "mousedown", (event) => event.preventDefault());
  on(pick, "click", addSelected);
  on(document, "auditor:line", (event) => go(event.detail.line));
  on(document, "keydown", (event) => {
    if (elsewhere(event) || event.defaultPrevented) return;
    const sound = { " ": toggle, ArrowLeft: () => seek(audio.currentTime - STEP), ArrowRight: () => seek(audio.currentTime + STEP), s: faster };
    const act = event.key === "a" && !pick.hidden ? addSelected : data.audio && sound[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  told();
  follow();
  const arrival = `${data.call} ${data.start}`;
  if (data.start !== null && state.arrival !== arrival) go(data.start);
  state.arrival = arrival;
  return () => {
    state.listening.abort();
    state.resized.disconnect();
    audio.pause();
  };
}
