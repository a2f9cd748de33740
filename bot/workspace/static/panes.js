// The two panes of talk: a place (channel, or a tab of the app), and the thread beside it.

import { avatar, button, fill, h, icon, tabs } from "./dom.js";
import { composer } from "./composer.js";
import { appFace, GLYPH } from "./frame.js";
import { showConversation, showThread } from "./messages.js";
import { act, conversationOf, goApp, messagesOf, nameOf, openThread, person, store, titleOf } from "./store.js";
import { showHome } from "./views.js";

const main = () => document.getElementById("main");
const thread = () => document.getElementById("thread");

export function drawMain() {
  const { place } = store;
  if (!place) return;
  const host = main();
  host.className = place.app ? `main app-${place.tab}` : "main";
  fill(host, place.app ? appHead() : channelHead(conversationOf(place.channel)), h("div", { class: "banner", role: "status" }),
    h("div", { class: "scroll", ...(place.app && { role: "tabpanel", "aria-label": place.tab }) }));
  drawBanner();
  if (place.tab === "about") fill(host.querySelector(".scroll"), about());
  if (!place.channel) return;
  const { node, focus } = composer({ channel: place.channel, hint: `Message ${place.app ? store.app.app_name : `#${titleOf(conversationOf(place.channel))}`}` });
  host.append(h("div", { class: "prompts" }), node);
  drawPrompts();
  focus();
}

// Why nothing may be answered just now, and what becomes of what is written meanwhile.
export function drawBanner() {
  const host = main().querySelector(".banner");
  if (!host) return;
  const name = store.app.app_name;
  const isHere = store.place.app || conversationOf(store.place.channel)?.members.includes(store.app.bot_user_id);
  const said = store.lost ? "This page lost its workspace. It goes on by itself as soon as the workspace is back."
    : !store.sockets && isHere ? `${name} is not connected yet. What you write reaches it as soon as it connects.` : "";
  fill(host, said && [icon("warning"), said]);
  for (const dot of document.querySelectorAll(".connection")) dot.classList.toggle("on", store.sockets > 0);
}

function channelHead(conversation) {
  const inside = conversation.members.filter((one) => person(one));
  return h("header", { class: "pane-head" }, icon(GLYPH[conversation.kind]), h("h1", {}, titleOf(conversation)), conversation.topic.value && h("span", { class: "muted topic" }, conversation.topic.value),
    h("span", { class: "grow" }), h("span", { class: "members", title: conversation.members.map(nameOf).join(", ") },
      inside.slice(0, 3).map((one) => avatar(nameOf(one), one, "small")), h("span", {}, String(conversation.members.length))));
}

function appHead() {
  const offered = [["home", "Home"], ["messages", "Messages"], ["about", "About"]].filter(([name]) => name !== "home" || store.app.has_home);
  return [h("header", { class: "pane-head" }, appFace("small"), h("h1", {}, store.app.app_name), h("span", { class: "badge" }, "APP"), h("span", { class: "dot connection" })),
    tabs(offered, store.place.tab, goApp, store.app.app_name)];
}

function about() {
  const keys = [["Ctrl or ⌘ K", "go to a conversation"], ["F6", "go to the next part of the page"], ["↑ in an empty field", "change your last message"], ["↑ ↓ on a message", "go from message to message"], ["Esc", "close a thread, a menu or a form"]];
  return h("div", { class: "about" }, appFace("big"), h("h2", {}, store.app.app_name), h("p", {}, store.app.about),
    h("h3", {}, "Commands"), store.app.commands.map((one) => h("p", {}, h("code", {}, `${one.command} ${one.usage_hint ?? ""}`), " ", one.description)),
    store.app.shortcuts.length > 0 && [h("h3", {}, "Shortcuts"), store.app.shortcuts.map((one) => h("p", {}, h("b", {}, one.name), ` – ${one.description}`))],
    h("h3", {}, "Keys"), keys.map(([key, words]) => h("p", {}, h("kbd", {}, key), ` ${words}`)));
}

function welcome(count) {
  if (store.place.app && count) return null;
  if (store.place.app) return h("div", { class: "welcome" }, appFace("big"), h("h2", {}, store.app.app_name), h("p", { class: "muted" }, store.app.description));
  const conversation = conversationOf(store.place.channel);
  const outside = !conversation.members.includes(store.app.bot_user_id) && `${store.app.app_name} is not in this channel.`;
  return h("div", { class: "welcome" }, h("span", { class: "hash-big" }, icon(GLYPH[conversation.kind])), h("h2", {}, `Welcome to #${titleOf(conversation)}`),
    h("p", { class: "muted" }, outside || conversation.topic.value || `This is where #${titleOf(conversation)} begins. Mention @${store.app.app_name} to ask it something here.`));
}

export function drawMessages() {
  const host = main().querySelector(".scroll");
  if (host && store.place?.channel) showConversation(host, store.place.channel, welcome);
  drawPrompts();
}

export function drawHome() { if (store.place?.tab === "home") showHome(main().querySelector(".scroll")); }

export function drawPrompts() {
  const host = main().querySelector(".prompts");
  if (!host) return;
  const offered = store.place?.app && store.place.tab === "messages" && !store.thread;
  // Once people talk, what they could ask makes room for what was said.
  host.classList.toggle("short", messagesOf(store.direct).length > 0);
  fill(host, offered && store.prompts.map((one) => button([h("b", {}, one.title), h("span", {}, one.message)],
    () => act("post", { channel: store.direct, text: one.message }), { class: "prompt", title: one.message })));
}

export function drawThread() {
  const host = thread();
  host.hidden = !store.thread;
  if (!store.thread) { fill(host); return; }
  const { channel, ts } = store.thread;
  const { node, focus } = composer({ channel, thread_ts: ts, hint: "Reply…" });
  const close = () => { openThread(null); requestAnimationFrame(() => main().querySelector(".write")?.focus()); };
  fill(host, h("header", { class: "pane-head" }, button(icon("back"), close, { class: "round back", "aria-label": "Back to the conversation" }),
    h("h2", {}, "Thread"), h("span", { class: "muted thread-title" }), h("span", { class: "grow" }), button(icon("close"), close, { class: "round shut", "aria-label": "Close thread" })),
    h("div", { class: "scroll" }), node);
  drawThreadTitle();
  focus();
}

export function drawThreadTitle() {
  if (!store.thread) return;
  const { channel, ts } = store.thread;
  const where = channel === store.direct ? store.app.app_name : `#${titleOf(conversationOf(channel))}`;
  thread().querySelector(".thread-title").textContent = store.works.get(`${channel}/${ts}`)?.title || where;
}

export function drawReplies() {
  const host = thread().querySelector(".scroll");
  if (host && store.thread) showThread(host, store.thread);
}
