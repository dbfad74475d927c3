// A call to listen to and read: data = {audio, duration, english, lines, labels}; see player.py for the shape.
// Other parts of the page ask for a line with the document event "auditor:line" {line: index}.
const RANK = { critical: 0, major: 1, minor: 2, notice: 3, good: 4 };
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];

function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// Spans count characters as Python does, so the text is cut by code point and not by UTF-16 unit.
function paint(target, text, marks) {
  const characters = Array.from(text);
  const edges = marks.flatMap((mark) => mark.span).map((edge) => Math.min(Math.max(edge, 0), characters.length));
  const cuts = [...new Set([0, ...edges, characters.length])].sort((a, b) => a - b);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const covering = marks.filter((mark) => mark.span[0] <= from && to <= mark.span[1]);
    covering.sort((a, b) => RANK[a.tone] - RANK[b.tone]);
    const piece = characters.slice(from, to).join("");
    if (!covering.length) {
      target.append(document.createTextNode(piece));
      continue;
    }
    const worst = covering[0];
    const shown = element(worst.tone === "good" ? "u" : "mark", `tone-${worst.tone}${worst.open ? " suspected" : ""}`, piece);
    shown.title = covering.map((mark) => mark.label).join(" · ");
    target.append(shown);
  }
}

function line(entry, index, labels) {
  const item = element("li", `line speaks-${entry.speaker}`);
  item.tabIndex = 0;
  item.dataset.line = String(index);
  item.append(element("span", "time", clock(entry.start)), element("span", "who", labels.speakers[entry.speaker]));
  const words = element("div", "words");
  const text = element("span", "text");
  paint(text, entry.text, entry.marks.filter((mark) => mark.span));
  words.append(text);
  if (entry.quarantined) {
    item.classList.add("quarantined");
    words.append(element("div", "reason", entry.quarantined));
  }
  const tags = element("div", "tags");
  for (const mark of entry.marks) tags.append(element("span", `badge tone-${mark.tone}${mark.open ? " open" : ""}`, mark.label));
  words.append(tags);
  item.append(words);
  return item;
}

function drawTimeline(root, lines, total) {
  for (const lane of root.querySelectorAll(".lane")) lane.replaceChildren();
  const ticks = root.querySelector(".ticks");
  ticks.replaceChildren();
  const place = (made, start, end) => {
    made.style.left = `${(100 * start) / total}%`;
    if (end !== undefined) made.style.width = `${(100 * Math.max(0, end - start)) / total}%`;
    return made;
  };
  for (const entry of lines) {
    if (!entry.quarantined) {
      const lane = root.querySelector(`.lane[data-speaker="${entry.speaker === "customer" ? "customer" : "agent"}"]`);
      lane.append(place(element("i", `speaks-${entry.speaker}`), entry.start, entry.end));
    }
    for (const mark of entry.marks) {
      if (mark.tone === "good") continue;
      const tick = place(element("i", `tone-${mark.tone}${mark.open ? " suspected" : ""}`), entry.start);
      tick.title = `${clock(entry.start)} ${mark.label}`;
      ticks.append(tick);
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".player");
  const [audio, list, play, speed, timeline, note] = ["audio", ".lines", ".play", ".speed", ".timeline", ".note"].map((name) =>
    root.querySelector(name),
  );
  const { lines, labels } = data;
  const total = Math.max(data.duration || 0, ...lines.map((entry) => entry.end), 1);
  const listening = new AbortController();
  const on = (target, type, act) => target.addEventListener(type, act, { signal: listening.signal });

  root.classList.toggle("silent", !data.audio);
  root.classList.toggle("english", data.english);
  root.setAttribute("aria-label", labels.label);
  speed.title = speed.ariaLabel = labels.speed;
  timeline.ariaLabel = labels.timeline;
  timeline.setAttribute("aria-valuemax", String(Math.round(total)));
  note.textContent = data.audio ? labels.keys : `${labels.no_audio} ${labels.keys_text}`;
  note.classList.remove("trouble");
  if (data.audio && audio.getAttribute("src") !== data.audio) audio.setAttribute("src", data.audio);
  if (!data.audio) audio.removeAttribute("src");

  const items = lines.map((entry, index) => line(entry, index, labels));
  list.replaceChildren(...(items.length ? items : [element("li", "empty", labels.empty)]));
  drawTimeline(root, lines, total);

  const show = (item) => {
    const above = item.offsetTop - list.scrollTop;
    if (above < 40 || above > list.clientHeight - 80) list.scrollTo({ top: item.offsetTop - list.clientHeight / 3, behavior: "smooth" });
  };
  let now = -1;
  const follow = () => {
    const at = audio.currentTime;
    root.querySelector(".head").style.left = `${(100 * at) / total}%`;
    root.querySelector(".clock").textContent = data.audio ? `${clock(at)} / ${clock(total)}` : clock(total);
    timeline.setAttribute("aria-valuenow", String(Math.round(at)));
    const heard = data.audio ? lines.findLastIndex((entry) => entry.start <= at + 0.05 && at < entry.end) : -1;
    if (heard === now || (heard < 0 && !audio.paused)) return;
    items[now]?.classList.remove("now");
    items[heard]?.classList.add("now");
    if (heard >= 0 && !audio.paused) show(items[heard]);
    now = heard;
  };
  const state = () => {
    root.classList.toggle("playing", !audio.paused);
    play.title = play.ariaLabel = audio.paused ? labels.play : labels.pause;
  };
  const start = () => audio.play().catch(() => undefined);
  const toggle = () => (audio.paused ? start() : audio.pause());
  const seek = (seconds) => {
    audio.currentTime = Math.min(Math.max(seconds, 0), total);
    follow();
  };
  const go = (index) => {
    const item = items[index];
    if (!item) return;
    for (const other of items) other.classList.toggle("target", other === item);
    show(item);
    if (!data.audio) return;
    seek(lines[index].start);
    start();
  };

  for (const type of ["timeupdate", "seeked", "loadedmetadata"]) on(audio, type, follow);
  for (const type of ["play", "pause", "ended"]) on(audio, type, state);
  on(audio, "error", () => {
    if (!data.audio) return;
    note.textContent = labels.audio_failed;
    note.classList.add("trouble");
  });
  on(play, "click", toggle);
  on(speed, "click", () => {
    audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
    speed.textContent = `${audio.playbackRate}×`;
  });
  on(timeline, "click", (event) => {
    const box = timeline.getBoundingClientRect();
    const at = (total * (event.clientX - box.left)) / box.width;
    if (data.audio) seek(at);
    else go(lines.findLastIndex((entry) => entry.start <= at));
  });
  on(list, "click", (event) => {
    if (!String(window.getSelection())) go(Number(event.target.closest(".line")?.dataset.line ?? -1));
  });
  on(list, "keydown", (event) => {
    if (event.key === "Enter") go(Number(event.target.closest(".line")?.dataset.line ?? -1));
  });
  on(document, "auditor:line", (event) => go(event.detail.line));
  on(document, "keydown", (event) => {
    const at = event.composedPath()[0];
    const busy = event.ctrlKey || event.metaKey || event.altKey || !data.audio;
    if (busy || at.closest?.("input, textarea, select, button, summary, [contenteditable], [role=tab], [role=radio], canvas")) return;
    const act = { " ": toggle, ArrowLeft: () => seek(audio.currentTime - 5), ArrowRight: () => seek(audio.currentTime + 5) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  state();
  follow();
  return () => {
    listening.abort();
    audio.pause();
  };
}
