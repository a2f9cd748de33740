// The quick way to a conversation: type some letters, take one with the arrows, Enter.

import { fill, h, icon } from "./dom.js";
import { goApp, goTo, store, titleOf } from "./store.js";

export const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
const MOST = 12;

function places() {
  const app = [["Messages", "messages"], ["Home", "home"], ["About", "about"]].filter(([, tab]) => tab !== "home" || store.app.has_home)
    .map(([words, tab]) => ({ glyph: "bolt", words: store.app.app_name, more: words, unread: tab === "messages" ? store.unread.get(store.direct) : 0, go: () => goApp(tab) }));
  const rooms = store.conversations.filter((one) => one.kind !== "im").map((one) => (
    { glyph: { channel: "hash", group: "lock" }[one.kind] ?? "people", words: titleOf(one), more: one.topic.value, unread: store.unread.get(one.id), go: () => goTo(one.id) }));
  return [...app, ...rooms].sort((a, b) => (b.unread ?? 0) - (a.unread ?? 0));
}

export function openJump() {
  if (document.querySelector(".jump")) return;
  let found = [], at = 0;
  const input = h("input", { type: "text", role: "combobox", placeholder: "Where would you like to go?", "aria-label": "Go to a conversation", "aria-expanded": "true", "aria-controls": "jump-list", "aria-autocomplete": "list", autocomplete: "off" });
  const list = h("div", { role: "listbox", id: "jump-list", "aria-label": "Conversations" });
  const dialog = h("dialog", { class: "jump", "aria-label": "Go to a conversation" }, h("div", { class: "jump-field" }, icon("search"), input), list);

  function draw() {
    fill(list, found.map((one, index) => h("div", { role: "option", id: `jump-${index}`, class: index === at ? "suggestion current" : "suggestion", "aria-selected": String(index === at), onclick: () => take(one) },
      icon(one.glyph), h("b", {}, one.words), h("small", {}, one.more), one.unread > 0 && h("span", { class: "count" }, String(one.unread)))),
    !found.length && h("p", { class: "muted" }, "There is no such conversation."));
    input.setAttribute("aria-activedescendant", found.length ? `jump-${at}` : "");
  }

  function search() {
    const words = input.value.toLowerCase().replace(/^#/, "");
    [found, at] = [places().filter((one) => `${one.words} ${one.more}`.toLowerCase().includes(words)).slice(0, MOST), 0];
    draw();
  }

  function take(one) { dialog.close(); one?.go(); }

  input.addEventListener("input", search);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter") take(found[at]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") { at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length); draw(); }
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  search();
}
