// What is hard to read, sticks out or is more than text on a page, also inside of components.
const deep = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
const parent = (e) => e.assignedSlot ?? e.parentElement ?? e.getRootNode().host ?? null;
const chain = (e) => (e ? [e, ...chain(parent(e))] : []);
const named = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].slice(0, 2).join(".")}`;
const all = deep(document);
const main = document.querySelector("[data-testid=stMain]");

// WCAG 2.2, 1.4.3: contrast of text with what lies under it: 4.5, of large text 3; what is disabled is exempt.
const channels = (text) => {
  const found = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  const rgb = text.startsWith("color(srgb") ? found.slice(0, 3).map((v) => v * 255) : found.slice(0, 3);
  return [...rgb, found[3] ?? 1];
};
const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const seen = (e, up) => {
  const box = e.getBoundingClientRect();
  return (
    box.width >= 2 && box.height >= 2 && e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !up.some((x) => x.disabled || x.ariaDisabled === "true" || getComputedStyle(x).clipPath === "inset(50%)")
  );
};
function contrast() {
  const weak = new Set();
  let texts = 0;
  const judge = (e, style, text) => {
    const up = chain(e);
    if (!text.trim() || !seen(e, up)) return;
    texts += 1;
    let under = [255, 255, 255];
    for (const x of [...up].reverse()) under = over(channels(getComputedStyle(x).backgroundColor), under);
    const opacity = up.reduce((value, x) => value * Number(getComputedStyle(x).opacity), 1);
    const ink = channels(style.color);
    const found = ratio(over([...ink.slice(0, 3), ink[3] * opacity], under), under);
    const size = parseFloat(style.fontSize);
    const need = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (found < need) weak.add(`${named(e)} ${style.color} on ${under.map(Math.round)}: ${found.toFixed(2)}`);
  };
  for (const e of all) {
    if (["SCRIPT", "STYLE", "NOSCRIPT", "CANVAS", "OPTION"].includes(e.tagName)) continue;
    for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) judge(e, getComputedStyle(e), node.data);
    if (e.matches("input, textarea") && e.value) judge(e, getComputedStyle(e), e.value);
    else if (e.placeholder) judge(e, getComputedStyle(e, "::placeholder"), e.placeholder);
  }
  return [texts, [...weak]];
}

// By how many pixels the page scrolls to the side, and what lies where nothing scrolls to it.
function sideways() {
  const wide = document.documentElement.clientWidth;
  const inside = (e) => main?.contains(e.getRootNode().host ?? e);
  const reached = (e) => chain(parent(e)).some((x) => /auto|scroll|hidden|clip/.test(getComputedStyle(x).overflowX) && x !== main && inside(x));
  const out = all.filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.right > wide + 1 && inside(e) && e.checkVisibility({ visibilityProperty: true }) && !reached(e);
  });
  const by = Math.max(document.documentElement.scrollWidth - wide, main ? main.scrollWidth - main.clientWidth : 0);
  return [by, [...new Set(out.map(named))]];
}

// What a hostile text became other than text.
function injected(mark) {
  const foreign = (e) => [...e.attributes].some((a) => {
    if (/^(on|style)/.test(a.name)) return a.value.includes(mark);
    if (!/^(src|href|action|formaction|srcset|data|poster)$/.test(a.name)) return false;
    return URL.canParse(a.value, location.href) && !["", location.host].includes(new URL(a.value, location.href).host);
  });
  return all.filter((e) => foreign(e) || e.matches(".katex, iframe, object, embed")).map((e) => e.outerHTML.slice(0, 200));
}

// The element that has the focus, also inside of a component, and whether one sees that it has.
function focused() {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body) return null;
  const ringed = chain(e).slice(0, 4).some((x) => {
    const style = getComputedStyle(x);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  });
  const label = (e.ariaLabel || e.innerText || e.value || "").trim().slice(0, 24);
  return { what: named(e), label, ringed, inside: main.contains(e.getRootNode().host ?? e) };
}
