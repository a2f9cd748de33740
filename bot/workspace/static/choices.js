// Menus to choose from: one or several, from a list that is there or one that the app fills while one types.

import { button, fill, h, icon } from "./dom.js";
import { plain } from "./text.js";
import { store } from "./store.js";

const LEAST_TYPED = 3;
const PAUSE_MS = 200;
let count = 0;

const optionsOf = (element) => element.option_groups ?? [{ options: element.options ?? [] }];

// What there is to choose: [value, words, group] for a list of the app's own, of people or of conversations.
function listOf(element) {
  const kind = /(users|conversations|channels)_select/.exec(element.type)?.[1];
  if (kind === "users") return store.people.filter((one) => !one.is_deleted).map((one) => [one.id, one.name]);
  if (kind) return store.conversations.filter((one) => one.kind !== "im" && (kind !== "channels" || one.kind === "channel")).map((one) => [one.id, `#${one.name}`]);
  return optionsOf(element).flatMap((group) => group.options.map((one) => [one.value, plain(one.text), plain(group.label), plain(one.description)]));
}

function startOf(element) {
  const name = Object.keys(element).find((one) => one.startsWith("initial_"));
  return [element[name] ?? []].flat().map((one) => one?.value ?? one);
}

function nameOf(element) { return { "aria-label": plain(element.placeholder) || "Select an item", "data-action": element.action_id }; }

// One of a list: the browser's own menu, which everybody can use.
export function one(element, surface, changed) {
  const [chosen] = [surface.entered[element.action_id] ?? startOf(element)].flat();
  const groups = new Map();
  for (const [value, words, group = ""] of listOf(element)) groups.set(group, [...(groups.get(group) ?? []), h("option", { value, selected: value === chosen }, words)]);
  const node = h("select", { class: "select", ...nameOf(element), onchange: () => changed(node.value || null, node) },
    h("option", { value: "", selected: !chosen }, plain(element.placeholder) || "Select an item"),
    [...groups].map(([group, options]) => (group ? h("optgroup", { label: group }, options) : options)));
  return node;
}

// Several of a list: boxes to tick, folded away until they are wanted.
export function several(element, surface, changed) {
  const chosen = [surface.entered[element.action_id] ?? startOf(element)].flat();
  const most = element.max_selected_items ?? Infinity;
  const box = ([value, words]) => h("label", { class: "pick" },
    h("input", { type: "checkbox", value, checked: chosen.includes(value), onchange: () => { told(); changed(ticked().map((one) => one.value), node); } }), h("span", {}, words));
  const list = h("div", { class: "many", role: "group", ...nameOf(element) }, listOf(element).map(box));
  const summary = h("summary", { class: "select" });
  const node = h("details", { class: "multi" }, summary, list);
  const boxes = [...list.querySelectorAll("input")];
  const ticked = () => boxes.filter((one) => one.checked);
  const told = () => {
    summary.textContent = ticked().map((one) => one.nextSibling.textContent).join(", ") || plain(element.placeholder) || "Select items";
    boxes.forEach((one) => { one.disabled = !one.checked && ticked().length >= most; });
  };
  told();
  return node;
}

// One or several of what the app suggests for what was typed.
export function suggested(element, surface, changed, { multiple = false } = {}) {
  const id = `suggested${(count += 1)}`;
  let chosen = [surface.entered[element.action_id] ?? element.initial_options ?? element.initial_option ?? []].flat();
  let options = [], at = 0, asked = 0;
  const input = h("input", { class: "input", type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", ...nameOf(element), placeholder: plain(element.placeholder) });
  const list = h("div", { class: "suggest below", role: "listbox", id, hidden: true });
  const chips = h("span", { class: "chips" });
  const node = h("div", { class: "combo" }, chips, input, list);

  function draw() {
    fill(list, options.map((option, index) => h("div", { role: "option", id: `${id}-${index}`, class: index === at ? "suggestion current" : "suggestion", "aria-selected": String(index === at),
      onmousedown: (event) => { event.preventDefault(); take(option); } }, h("span", {}, plain(option.text)), option.description && h("small", {}, plain(option.description)))));
    input.setAttribute("aria-activedescendant", options.length ? `${id}-${at}` : "");
  }

  function open(wanted) { list.hidden = !wanted; input.setAttribute("aria-expanded", String(wanted)); }

  function say(words) { options = []; fill(list, h("div", { class: "hint" }, words)); open(true); }

  async function ask() {
    const turn = (asked += 1);
    const least = element.min_query_length ?? LEAST_TYPED;
    if (input.value.length < least) { say(`Type ${least} letter${least === 1 ? "" : "s"} or more`); return; }
    const answer = await surface.suggest(element, input.value);
    if (turn !== asked) return;
    [options, at] = [answer.options ?? [], 0];
    if (options.length) { draw(); open(true); } else say("No results");
  }

  function told() {
    if (!multiple) { input.value = chosen[0] ? plain(chosen[0].text) : ""; return; }
    fill(chips, chosen.map((option) => h("span", { class: "chip" }, plain(option.text),
      button(icon("close"), () => keep(chosen.filter((one) => one !== option)), { "aria-label": `Remove ${plain(option.text)}` }))));
  }

  function keep(next) { chosen = next; told(); changed(multiple ? chosen : chosen[0] ?? null, node); }

  function take(option) {
    open(false);
    if (multiple) input.value = "";
    keep(multiple ? [...chosen.filter((one) => one.value !== option.value), option] : [option]);
  }

  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); });
  // What is chosen is not what somebody typed: it would be looked up in vain.
  input.addEventListener("focus", () => (!multiple && chosen.length ? input.select() : ask()));
  input.addEventListener("blur", () => { open(false); if (!multiple) told(); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { at = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % Math.max(1, options.length); draw(); }
    else if (event.key === "Enter" && options.length) take(options[at]);
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  told();
  return node;
}
