// The page: which part is drawn when something changes, and what the keyboard does everywhere.

import { drawRail, drawSidebar, drawTitle, drawTop, openDrawer } from "./frame.js";
import { showInspector } from "./inspector.js";
import { openJump } from "./jump.js";
import { drawBanner, drawHome, drawMain, drawMessages, drawPrompts, drawReplies, drawThread, drawThreadTitle } from "./panes.js";
import { changed, enter, go, goApp, isMessage, onChange, openThread, people, person, store } from "./store.js";
import { showModal } from "./views.js";

const at = (id) => document.getElementById(id);

// Each part of the page, and the changes that redraw it.
const PARTS = [
  [["all", "top"], () => drawTop(at("top"))],
  [["all", "sidebar"], () => { drawRail(at("rail")); drawSidebar(at("sidebar")); drawTitle(); }],
  [["all", "main"], () => { drawMain(); openDrawer(false); }],
  [["all", "thread"], drawThread],
  [["all", "main", "messages", "thread"], () => { drawMessages(); drawReplies(); }],
  [["all", "main", "home"], drawHome],
  [["prompts"], drawPrompts],
  [["banner"], drawBanner],
  [["title"], drawThreadTitle],
  [["notice"], () => { at("notice").textContent = store.notice && Date.now() < store.notice.until ? store.notice.words : ""; }],
  [["heard"], () => { at("heard").textContent = store.heard; }],
  [["all", "modals"], () => showModal(at("modal"))],
  [["all", "inspector"], () => { if (!at("inspector").hidden) showInspector(at("inspector")); }],
];

onChange((parts) => {
  for (const [causes, draw] of PARTS) if (causes.some((cause) => parts.has(cause))) draw();
});

// F6 goes round the parts of the page, as in Slack.
function nextPart(back) {
  const parts = [["top", "button:not(.drawer)"], ["sidebar", ".place.current"], ["main", ".write, .tab.current"], ["thread", ".write"], ["inspector", "button"]]
    .map(([id, inside]) => [at(id), inside]).filter(([part]) => !part.hidden && part.offsetParent !== null);
  const here = parts.findIndex(([part]) => part.contains(document.activeElement));
  const [part, inside] = parts[(here + (back ? -1 : 1) + parts.length) % parts.length];
  part.querySelector(inside)?.focus();
}

function escape() {
  if (document.body.classList.contains("drawer-open")) openDrawer(false);
  else if (store.thread && !store.modals.length && !at("menu").hasChildNodes()) {
    openThread(null);
    requestAnimationFrame(() => at("main").querySelector(".write")?.focus());
  }
}

document.addEventListener("keydown", (event) => {
  const isModal = store.modals.length || document.querySelector("dialog[open]");
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k" && !isModal) { event.preventDefault(); openJump(); }
  else if (event.key === "F6" && !isModal) { event.preventDefault(); nextPart(event.shiftKey); }
  else if (event.key === "Escape" && !event.defaultPrevented && !isModal) escape();
});

// Loading messages take turns while the app is busy.
setInterval(() => { if (document.querySelector(".status[data-turns]")) changed("messages"); }, 2500);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && store.place?.channel) { store.unread.delete(store.place.channel); changed("sidebar"); }
});
at("shade").addEventListener("click", () => openDrawer(false));

// An address may name who one is, where, and (as permalinks do) which message.
function begin() {
  const asked = new URLSearchParams(location.search);
  const link = /^\/archives\/(\w+)\/p(\d{10})(\d{6})/.exec(location.pathname);
  const place = link?.[1] ?? asked.get("in");
  if (store.conversations.some((one) => one.id === place && one.id !== store.direct)) go({ channel: place });
  else goApp(["home", "about"].includes(place) ? place : "messages");
  if (link && isMessage(link[1], `${link[2]}.${link[3]}`)) openThread(store.messages.get(link[1]).get(`${link[2]}.${link[3]}`));
}

await people();
const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as");
await enter((person(asked) ?? store.people[0]).id);
begin();
