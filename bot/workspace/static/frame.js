// What stands around the conversations: the top bar, the rail, the sidebar, and the menu of who one is.

import { avatar, button, fill, h, hidden, icon, openMenu } from "./dom.js";
import { openJump, MODIFIER } from "./jump.js";
import { become, changed, firstChannel, goApp, goTo, person, store, titleOf } from "./store.js";

export const GLYPH = { channel: "hash", group: "lock", mpim: "people" };

export function appFace(size = "") { return h("span", { class: `avatar app ${size}`, "aria-hidden": "true" }, icon("bolt")); }

export function openDrawer(wanted) {
  document.body.classList.toggle("drawer-open", wanted);
  document.querySelector(".drawer")?.setAttribute("aria-expanded", String(wanted));
  if (wanted) document.querySelector("#sidebar .place.current, #sidebar .place")?.focus();
}

export function drawTop(host) {
  const me = person(store.me);
  const inspector = document.getElementById("inspector");
  const who = button([avatar(me.name, me.id, "small"), h("span", { class: "who-name" }, me.name), h("span", { class: "muted" }, me.title), icon("down"), hidden("Choose who you are")],
    () => chooseMe(who), { class: "who", "aria-haspopup": "menu", title: "Choose who you are", id: "who" });
  fill(host,
    h("div", { class: "side" }, button(icon("menu"), () => openDrawer(!document.body.classList.contains("drawer-open")), { class: "drawer", "aria-label": "Conversations", "aria-expanded": "false", "aria-controls": "sidebar" })),
    button([icon("search"), h("span", {}, `Search ${store.app.team_name}`), h("kbd", {}, `${MODIFIER} K`)], openJump, { class: "search", title: "Go to a conversation", "aria-haspopup": "dialog" }),
    h("div", { class: "side end" },
      button([icon("pulse"), h("span", {}, "Inspector")], () => { inspector.hidden = !inspector.hidden; changed("inspector", "top"); },
        { class: inspector.hidden ? "inspect" : "inspect current", "aria-pressed": String(!inspector.hidden), title: "Events, acks and API calls" }), who));
}

export function chooseMe(anchor) {
  const groups = new Map();
  for (const one of store.people.filter((one) => !one.is_deleted)) groups.set(one.title || "People", [...(groups.get(one.title || "People") ?? []), one]);
  const items = [...groups].flatMap(([title, members]) => [{ heading: title }, ...members.map((one) => ({
    words: [avatar(one.name, one.id, "small"), h("span", {}, one.name), h("small", { class: "muted" }, one.tz.split("/").pop().replace("_", " "))],
    current: one.id === store.me, choose: () => become(one.id),
  }))]);
  openMenu(anchor, items, { label: "Choose who you are" });
}

export function drawRail(host) {
  const me = person(store.me);
  const entry = (name, words, choose, current) => button([h("span", { class: "rail-icon" }, icon(name)), h("span", {}, words)], choose, { class: current ? "rail-item current" : "rail-item", "aria-current": current ? "page" : null });
  const mine = button([avatar(me.name, me.id), h("span", { class: "presence" }), hidden(`You are ${me.name}. Choose who you are`)], () => chooseMe(mine), { class: "me", "aria-haspopup": "menu", title: me.name });
  fill(host, h("span", { class: "team", "aria-hidden": "true" }, store.app.team_name[0]),
    entry("home", "Home", () => goTo(firstChannel().id), !store.place?.app),
    entry("bolt", store.app.app_name, () => goApp("messages"), Boolean(store.place?.app)),
    h("span", { class: "grow" }), mine);
}

export function drawSidebar(host) {
  const link = (glyph, words, choose, current, unread = 0) =>
    button([glyph, h("span", { class: "place-name" }, words), unread > 0 && h("span", { class: "count" }, String(unread), hidden(" unread"))], choose,
      { class: ["place", current && "current", unread > 0 && "unread"].filter(Boolean).join(" "), "aria-current": current ? "page" : null });
  const places = (kinds) => store.conversations.filter((one) => kinds.includes(one.kind)).sort((a, b) => titleOf(a).localeCompare(titleOf(b))).map((one) =>
    link(icon(GLYPH[one.kind]), titleOf(one), () => goTo(one.id), store.place?.channel === one.id, store.unread.get(one.id)));
  const group = places(["mpim"]);
  fill(host, h("div", { class: "team-head" }, h("b", {}, store.app.team_name)),
    h("div", { class: "sidebar-scroll" },
      h("h2", {}, "Channels"), places(["channel", "group"]),
      group.length > 0 && [h("h2", {}, "Direct messages"), group],
      h("h2", {}, "Apps"),
      link(appFace("tiny"), store.app.app_name, () => goApp("messages"), Boolean(store.place?.app), store.unread.get(store.direct))));
}

export function drawTitle() {
  const unread = [...store.unread.values()].reduce((total, one) => total + one, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${store.app.app_name} (${store.app.team_name}) – Slack on this machine`;
}
