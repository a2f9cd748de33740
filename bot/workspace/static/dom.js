// Builds elements. Text only ever becomes text nodes, so nothing written by a person is read as HTML.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "color") element.style.backgroundColor = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Words for those who listen to the page instead of looking at it.
export function hidden(words) { return h("span", { class: "unseen" }, words); }

// Tabs beside each other: one is in the tab order, the arrows go to the others.
export function tabs(offered, current, choose, label) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = offered.map(([name]) => name);
    pick(names[(names.indexOf(current) + step + names.length) % names.length], true);
  };
  // The tabs are drawn anew, so the one that was chosen is another element by then.
  const pick = (name, byKey) => {
    choose(name);
    setTimeout(() => { if (byKey || document.activeElement === document.body) document.querySelector(`[role=tablist][aria-label="${label}"] [aria-selected=true]`)?.focus(); }, 50);
  };
  return h("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown: move }, offered.map(([name, words]) =>
    button(words, () => pick(name), { role: "tab", "aria-selected": String(name === current), tabindex: name === current ? "0" : "-1", class: name === current ? "tab current" : "tab" })));
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  home: "M3 9.5 10 4l7 5.5V17h-4.5v-5h-5v5H3z",
  bubble: "M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14H9l-4 3.5V14H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4z",
  bolt: "M11 2 4 11h5l-1 7 7-9h-5z",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zm8-2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  hash: "M7.5 3 6 17M14 3l-1.500 14M3.500 7.500h14M2.500 12.500h14",
  lock: "M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4l-6 6 6 6",
  down: "M5 8l5 5 5-5",
  send: "M3 3.500 17.500 10 3 16.500l2-6.500z",
  bold: "M6 4h5a3 3 0 0 1 0 6H6zM6 10h6a3 3 0 0 1 0 6H6z",
  italic: "M9 4h6M5 16h6M12 4 8 16",
  strike: "M4 10h12M14 6.500C13.500 5 12 4 10 4 7.500 4 6 5.500 6 7c0 1 .6 1.800 1.500 2.300M6 13.500c.5 1.500 2 2.500 4 2.500 2.500 0 4-1.500 4-3 0-.6-.1-1-.4-1.500",
  code: "M7 6 3 10l4 4M13 6l4 4-4 4",
  quote: "M4 4v12M8 6h9M8 10h9M8 14h6",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zm0 0v1.500a2 2 0 0 0 4 0V10a7 7 0 1 0-3 5.800",
  reply: "M4 4h12v9H9l-4 3.500V13H4z",
  smile: "M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM7 8v.5M13 8v.5M6.500 12c1.500 2.500 5.500 2.500 7 0",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  up: "M7 9l3-6c1.500 0 2 1 2 2v3h4.500l-1.200 8H7zM3.500 9H7v7H3.500z",
  thumbdown: "M13 11l-3 6c-1.500 0-2-1-2-2v-3H3.500l1.200-8H13zM16.500 11H13V4h3.500z",
  warning: "M10 3 2 17h16zM10 8v4M10 14v1",
  stop: "M5 5h10v10H5z",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  check: "M4 10.500 8 14.500 16 6",
  file: "M5 2.500h7l4 4v11H5zM12 2.500v4h4",
  save: "M10 3v9M6 8.500l4 4 4-4M4 16.500h12",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  clip: "M15.500 9.500 9.300 15.700a3.700 3.700 0 0 1-5.200-5.200l6.700-6.700a2.500 2.500 0 0 1 3.500 3.500L7.700 13.900a1.200 1.200 0 0 1-1.700-1.700l5.700-5.700",
  pen: "M4 16l.8-3.600L13.500 3.700l2.800 2.800-8.700 8.700zM11.500 5.700l2.800 2.800",
  search: "M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM13 13l4 4",
  pulse: "M2 10h4l2-6 4 12 2-6h4",
  people: "M7.500 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.500c0-3 2.500-4.500 5.500-4.500s5.500 1.500 5.500 4.500M13 4.500a3 3 0 0 1 0 5.500M15 12c2 .6 3 2.300 3 4.500",
};
const SOLID = new Set(["send", "bolt", "stop"]);

export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", SOLID.has(name) ? "icon solid" : "icon");
  svg.setAttribute(label ? "aria-label" : "aria-hidden", label ?? "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const COLOURS = ["#4a154b", "#1264a3", "#2b7a5b", "#b8501f", "#7b3fa0", "#0b6e8f", "#a3304f", "#5a6b1c", "#3d4f9f", "#8a5a14"];

export function avatar(name, key, size = "") {
  const initials = name.split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((word) => word[0].toUpperCase()).join("");
  const sum = [...key].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return h("span", { class: `avatar ${size}`, color: COLOURS[sum % COLOURS.length], "aria-hidden": "true" }, initials);
}

export function button(words, onclick, more = {}) {
  return h("button", { type: "button", onclick, ...more }, words);
}

function wordsOf(item) { return [...item.childNodes].filter((one) => !one.ariaHidden).map((one) => one.textContent).join(" ").trim().toLowerCase(); }

// A menu below (or above) what was clicked; closes on Escape, on a choice, and on a click elsewhere.
export function openMenu(anchor, items, { above = false, label = "Menu" } = {}) {
  const host = document.getElementById("menu");
  const close = () => { fill(host); document.removeEventListener("pointerdown", outside, true); anchor.focus?.(); };
  const outside = (event) => { if (!host.contains(event.target)) close(); };
  const choose = (item) => () => { close(); item.choose(); };
  const rows = items.map((item) =>
    item.heading
      ? h("div", { class: "menu-heading", role: "presentation" }, item.heading)
      : h("button", { type: "button", role: "menuitem", class: item.current ? "menu-item current" : "menu-item", onclick: choose(item) }, item.words));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, rows);
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") all[(at + 1) % all.length].focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length].focus();
    else if (event.key === "Home" || event.key === "End") all.at(event.key === "Home" ? 0 : -1).focus();
    else if (event.key === "Tab") close();
    else if (/^\p{L}$/u.test(event.key)) [...all.slice(at + 1), ...all].find((one) => wordsOf(one).startsWith(event.key.toLowerCase()))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  fill(host, menu);
  const box = anchor.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8));
  const top = above ? box.top - menu.offsetHeight - 6 : Math.min(box.bottom + 6, innerHeight - menu.offsetHeight - 8);
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, top)}px`;
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button")?.focus();
}
