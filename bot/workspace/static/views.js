// The app's own surfaces: modals and the Home tab.

import { button, fill, h, icon } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { surfaceOf } from "./elements.js";
import { act, store } from "./store.js";
import { plain } from "./text.js";

let shown = null;
let before = null;

export function showModal(host) {
  const view = store.modals.at(-1);
  const shape = view && JSON.stringify(view);
  if (shape === shown) return;
  shown = shape;
  if (!view) {
    fill(host);
    before?.focus?.();
    before = null;
    return;
  }
  before ??= document.activeElement;
  const node = dialog(view);
  fill(host, h("div", { class: "shade" }, node));
  (node.querySelector("[autofocus]") ?? node.querySelector(".wrong input, .wrong textarea, .wrong select, input, textarea, select") ?? node.querySelector("button")).focus();
}

function dialog(view) {
  const surface = surfaceOf({ view_id: view.id }, view.id);
  const close = () => act("close", { view_id: view.id });
  const form = h("form", { class: "modal", novalidate: true },
    h("div", { class: "modal-head" },
      store.modals.length > 1 && button(icon("back"), close, { class: "round", "aria-label": "Back" }),
      h("span", { class: "avatar app small" }, icon("bolt")), h("h2", {}, plain(view.title)),
      button(icon("close"), () => act("close", { view_id: view.id, all: view.clear_on_close }), { class: "round", "aria-label": "Close" })),
    h("div", { class: "modal-body" }, view.trouble && h("div", { class: "alert error", role: "alert" }, icon("warning"), view.trouble),
      drawBlocks(view.blocks, surface, view.errors)),
    h("div", { class: "modal-foot" },
      button(plain(view.close) || "Close", close, { class: "button" }),
      view.submit && h("button", { type: "submit", class: "button primary", disabled: Boolean(view.submit_disabled) }, plain(view.submit))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submit = form.querySelector("[type=submit]");
    if (!submit || submit.classList.contains("busy")) return;
    submit.classList.add("busy");
    await act("submit", { view_id: view.id, entered: surface.entered });
    submit.classList.remove("busy");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab") keepInside(form, event);
  });
  return h("div", { role: "dialog", "aria-modal": "true", "aria-label": plain(view.title), class: "dialog" }, form);
}

function keepInside(form, event) {
  const all = [...form.querySelectorAll("button, input, select, textarea, a[href], summary")].filter((one) => !one.disabled && one.offsetParent);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}

export function showHome(host) {
  const view = store.home;
  if (!view) {
    fill(host, h("div", { class: "empty" }, h("span", { class: "avatar app big" }, icon("bolt")), h("p", {}, `This is the Home tab of ${store.app.app_name}. It is filled when the app answers.`)));
    return;
  }
  fill(host, h("div", { class: "home" }, drawBlocks(view.blocks, surfaceOf({ view_id: view.id }, view.id))));
}
