// A transcript's lines: who, when, what, and what was made of it; see player.py for the shape of a line.
const RANK = { critical: 0, major: 1, minor: 2, notice: 3, good: 4 };

// Spans count characters as Python does, so the text is cut by code point and not by UTF-16 unit.
function paint(target, text, marks, unsure) {
  const characters = Array.from(text);
  const edges = [...marks, ...unsure].flatMap((mark) => mark.span).map((edge) => Math.min(Math.max(edge, 0), characters.length));
  const cuts = [...new Set([0, ...edges, characters.length])].sort((a, b) => a - b);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const over = (mark) => mark.span[0] <= from && to <= mark.span[1];
    const covering = marks.filter(over).sort((a, b) => RANK[a.tone] - RANK[b.tone]);
    const doubted = unsure.find(over);
    const piece = characters.slice(from, to).join("");
    if (!covering.length && !doubted) {
      target.append(document.createTextNode(piece));
      continue;
    }
    const worst = covering[0];
    const classes = [worst && `tone-${worst.tone}`, worst?.open && "suspected", worst?.gone && "gone", worst?.sound && "sound", doubted && "unsure"];
    const tag = !worst ? "span" : worst.tone === "good" ? "u" : "mark";
    const shown = element(tag, classes.filter(Boolean).join(" "), piece);
    shown.title = [...covering.map((mark) => mark.label), ...(doubted ? [doubted.label] : [])].join(" · ");
    target.append(shown);
  }
}

function line(entry, index, labels) {
  const item = element("li", `line speaks-${entry.speaker}`);
  item.tabIndex = index ? -1 : 0;
  item.dataset.line = String(index);
  item.append(element("span", "time", clock(entry.start)), element("span", "who", labels.speakers[entry.speaker]));
  const words = element("div", "words");
  const text = element("span", "text");
  paint(text, entry.text, entry.marks.filter((mark) => mark.span), entry.unsure);
  words.append(text);
  if (entry.quarantined) {
    item.classList.add("quarantined");
    words.append(element("div", "reason", entry.quarantined));
  }
  if (entry.corrected) {
    const original = element("details", "original");
    original.append(element("summary", "", entry.corrected.label), element("div", "heard", entry.corrected.heard));
    original.addEventListener("click", (event) => event.stopPropagation());
    words.append(original);
  }
  const tags = element("div", "tags");
  for (const mark of entry.marks) {
    tags.append(element("span", `badge tone-${mark.tone}${mark.open ? " open" : ""}${mark.gone ? " gone" : ""}`, mark.label));
  }
  words.append(tags);
  item.append(words);
  return item;
}

function silence([, , label]) {
  const item = element("li", "silence");
  item.append(element("span", "", label));
  return item;
}

// What is selected of one line's text, as its index and code points; null where nothing is, or more than one line.
function selected(shadow) {
  const selection = shadow.getSelection?.() ?? document.getSelection();
  const composed = selection?.getComposedRanges?.({ shadowRoots: [shadow] })[0];
  const range = composed ?? (selection?.rangeCount ? selection.getRangeAt(0) : null);
  if (!range) return null;
  const inside = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".text");
  const text = inside(range.startContainer);
  if (!text || text !== inside(range.endContainer)) return null;
  const upTo = (node, offset) => {
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(node, offset);
    return Array.from(before.toString()).length;
  };
  const span = [upTo(range.startContainer, range.startOffset), upTo(range.endContainer, range.endOffset)];
  if (span[0] >= span[1]) return null;
  const shown = document.createRange();
  shown.setStart(range.startContainer, range.startOffset);
  shown.setEnd(range.endContainer, range.endOffset);
  return { index: Number(text.closest(".line").dataset.line), span, box: shown.getBoundingClientRect() };
}
