// The page: who I am, where I am, and which part is drawn when something changes.

import { avatar, button, fill, h, icon, openMenu } from "./dom.js";
import { composer } from "./composer.js";
import { showInspector } from "./inspector.js";
import { showConversation, showThread } from "./messages.js";
import { act, changed, enter, go, nameOf, onChange, openThread, people, person, store } from "./store.js";
import { showHome, showModal } from "./views.js";

const at = (id) => document.getElementById(id);
const GLYPH = { channel: "hash", group: "lock", mpim: "people" };

// Each part of the page, and the changes that redraw it.
const PARTS = [
  [["all", "top"], () => drawTop(at("top"))],
  [["all", "sidebar"], () => { drawRail(at("rail")); drawSidebar(at("sidebar")); }],
  [["all", "main"], () => drawMain(at("main"))],
  [["all", "thread"], () => drawThread(at("thread"))],
  [["all", "main", "messages", "thread"], () => { drawMessages(); drawReplies(); }],
  [["all", "main", "home"], () => { if (store.place?.tab === "home") showHome(at("main").querySelector(".scroll")); }],
  [["prompts"], () => drawPrompts()],
  [["all", "modals"], () => showModal(at("modal"))],
  [["title"], () => drawTitle(at("thread"))],
  [["notice"], () => drawNotice(at("notice"))],
  [["all", "inspector"], () => { if (!at("inspector").hidden) showInspector(at("inspector")); }],
];

onChange((parts) => {
  for (const [causes, draw] of PARTS) if (causes.some((cause) => parts.has(cause))) draw();
});

function drawTop(host) {
  const me = person(store.me);
  const who = button([avatar(me.name, me.id, "small"), h("span", {}, me.name), h("span", { class: "muted" }, me.title), icon("down")], () => chooseMe(who),
    { class: "who", "aria-haspopup": "menu", title: "Choose who you are", id: "who" });
  const inspector = at("inspector");
  const search = h("input", { class: "search", type: "search", list: "places", placeholder: `Search ${store.app.team_name}`, "aria-label": "Go to a conversation",
    onchange: () => { jump(search.value); search.value = ""; } });
  fill(host, h("div", { class: "side" }), h("div", { class: "search-wrap" }, icon("search"), search,
    h("datalist", { id: "places" }, store.conversations.filter((one) => one.kind !== "im").map((one) => h("option", { value: `#${one.name}` })), h("option", { value: store.app.app_name }))),
    h("div", { class: "side end" },
      button([icon("pulse"), h("span", {}, "Inspector")], () => { inspector.hidden = !inspector.hidden; changed("inspector", "top"); },
        { class: inspector.hidden ? "inspect" : "inspect current", "aria-pressed": String(!inspector.hidden), title: "Events, acks and API calls" }), who));
}

function jump(name) {
  const found = store.conversations.find((one) => `#${one.name}` === name || one.name === name);
  if (found) goTo(found.id);
  else if (name.toLowerCase() === store.app.app_name.toLowerCase()) goApp("messages");
}

function chooseMe(anchor) {
  const groups = Map.groupBy ? Map.groupBy(store.people, (one) => one.title || "People") : grouped(store.people);
  const items = [...groups].flatMap(([title, members]) => [{ heading: title }, ...members.filter((one) => !one.is_deleted).map((one) => ({
    words: [avatar(one.name, one.id, "small"), h("span", {}, one.name), h("small", { class: "muted" }, one.tz.split("/").pop().replace("_", " "))],
    current: one.id === store.me, choose: () => become(one.id),
  }))]);
  openMenu(anchor, items, { label: "Choose who you are" });
}

function grouped(list) {
  const groups = new Map();
  for (const one of list) groups.set(one.title || "People", [...(groups.get(one.title || "People") ?? []), one]);
  return groups;
}

function drawRail(host) {
  const me = person(store.me);
  const entry = (name, words, choose, current) => button([h("span", { class: "rail-icon" }, icon(name)), h("span", {}, words)], choose, { class: current ? "rail-item current" : "rail-item" });
  const mine = button([avatar(me.name, me.id), h("span", { class: "presence" })], () => chooseMe(mine), { class: "me", "aria-label": `You are ${me.name}. Choose who you are`, title: me.name });
  fill(host, h("span", { class: "team", "aria-hidden": "true" }, store.app.team_name[0]),
    entry("home", "Home", () => goTo(firstChannel().id), !store.place?.app),
    entry("bolt", store.app.app_name, () => goApp("messages"), Boolean(store.place?.app)),
    h("span", { class: "grow" }), mine);
}

function drawSidebar(host) {
  const link = (glyph, words, choose, current, unread = 0) =>
    button([glyph, h("span", { class: "place-name" }, words), unread > 0 && h("span", { class: "count" }, String(unread))], choose,
      { class: ["place", current && "current", unread > 0 && "unread"].filter(Boolean).join(" "), "aria-current": current ? "page" : null });
  const places = (kinds) => store.conversations.filter((one) => kinds.includes(one.kind)).sort((a, b) => a.name.localeCompare(b.name)).map((one) =>
    link(icon(GLYPH[one.kind]), title(one), () => goTo(one.id), store.place?.channel === one.id, store.unread.get(one.id)));
  const group = places(["mpim"]);
  fill(host, h("div", { class: "team-head" }, h("b", {}, store.app.team_name), icon("down")),
    h("div", { class: "sidebar-scroll" },
      h("h3", {}, "Channels"), places(["channel", "group"]),
      group.length > 0 && [h("h3", {}, "Direct messages"), group],
      h("h3", {}, "Apps"),
      link(h("span", { class: "avatar app tiny" }, icon("bolt")), store.app.app_name, () => goApp("messages"), Boolean(store.place?.app), store.unread.get(store.direct))),
    !store.sockets && h("div", { class: "offline", role: "status" }, icon("warning"), `${store.app.app_name} is not connected`));
}

function title(conversation) {
  if (conversation.kind !== "mpim") return conversation.name;
  return conversation.members.filter((one) => one !== store.me).map((one) => nameOf(one).split(" ")[0]).join(", ");
}

function firstChannel() { return store.conversations.find((one) => one.kind === "channel") ?? store.conversations[0]; }

function goTo(channel) { go({ channel }); }

function goApp(tab) {
  go({ app: true, tab, channel: tab === "messages" ? store.direct : null });
  if (tab !== "about") act(tab);
}

function drawMain(host) {
  const { place } = store;
  if (!place) return;
  const conversation = store.conversations.find((one) => one.id === place.channel);
  host.className = place.app ? `main app-${place.tab}` : "main";
  fill(host, place.app ? appHead() : channelHead(conversation), h("div", { class: "scroll", tabindex: "-1" }));
  if (place.tab === "about") fill(host.querySelector(".scroll"), about());
  if (!place.channel) return;
  const { node, focus } = composer({ channel: place.channel, hint: place.app ? `Message ${store.app.app_name}` : `Message #${title(conversation)}` });
  host.append(h("div", { class: "prompts" }), node);
  drawPrompts();
  focus();
}

function channelHead(conversation) {
  return h("header", { class: "pane-head" }, icon(GLYPH[conversation.kind]), h("h2", {}, title(conversation)), conversation.topic.value && h("span", { class: "muted topic" }, conversation.topic.value),
    h("span", { class: "grow" }), h("span", { class: "members", title: conversation.members.map(nameOf).join(", ") },
      conversation.members.filter((one) => person(one)).slice(0, 3).map((one) => avatar(nameOf(one), one, "small")), h("span", {}, String(conversation.members.length))));
}

function appHead() {
  const tabs = [["home", "Home"], ["messages", "Messages"], ["about", "About"]].filter(([name]) => name !== "home" || store.app.has_home);
  return [h("header", { class: "pane-head" }, h("span", { class: "avatar app small" }, icon("bolt")), h("h2", {}, store.app.app_name), h("span", { class: "badge" }, "APP"),
    h("span", { class: store.sockets ? "dot on" : "dot" })),
    h("div", { class: "tabs", role: "tablist" }, tabs.map(([name, words]) => button(words, () => goApp(name), { role: "tab", "aria-selected": String(store.place.tab === name), class: store.place.tab === name ? "tab current" : "tab" })))];
}

function about() {
  return h("div", { class: "about" }, h("span", { class: "avatar app big" }, icon("bolt")), h("h2", {}, store.app.app_name), h("p", {}, store.app.about),
    h("h3", {}, "Commands"), store.app.commands.map((one) => h("p", {}, h("code", {}, `${one.command} ${one.usage_hint ?? ""}`), " ", one.description)));
}

function welcome(count) {
  if (store.place.app && count) return null;
  const conversation = store.conversations.find((one) => one.id === store.place.channel);
  if (store.place.app) {
    return h("div", { class: "welcome" }, h("span", { class: "avatar app big" }, icon("bolt")), h("h2", {}, store.app.app_name), h("p", { class: "muted" }, store.app.description));
  }
  return h("div", { class: "welcome" }, h("span", { class: "hash-big" }, icon(GLYPH[conversation.kind])), h("h2", {}, `Welcome to #${title(conversation)}`),
    h("p", { class: "muted" }, conversation.topic.value || "This is the very beginning of the channel."));
}

function drawMessages() {
  const host = at("main").querySelector(".scroll");
  if (host && store.place?.channel) showConversation(host, store.place.channel, welcome);
  drawPrompts();
}

function drawPrompts() {
  const host = at("main").querySelector(".prompts");
  if (!host) return;
  const offered = store.place?.app && store.place.tab === "messages" && !store.thread;
  fill(host, offered && store.prompts.map((one) => button([h("b", {}, one.title), h("span", {}, one.message)],
    () => act("post", { channel: store.direct, text: one.message }), { class: "prompt" })));
}

function drawNotice(host) { host.textContent = store.notice && Date.now() < store.notice.until ? store.notice.words : ""; }

function drawThread(host) {
  host.hidden = !store.thread;
  if (!store.thread) { fill(host); return; }
  const { channel, ts } = store.thread;
  const conversation = store.conversations.find((one) => one.id === channel);
  const { node, focus } = composer({ channel, thread_ts: ts, hint: "Reply…" });
  const where = channel === store.direct ? store.app.app_name : `#${title(conversation)}`;
  fill(host, h("header", { class: "pane-head" }, h("h2", {}, "Thread"), h("span", { class: "muted thread-title" }, store.works.get(`${channel}/${ts}`)?.title || where),
    h("span", { class: "grow" }), button(icon("close"), () => openThread(null), { class: "round", "aria-label": "Close thread" })),
    h("div", { class: "scroll" }), node);
  focus();
}

function drawTitle(host) {
  const title = store.thread && store.works.get(`${store.thread.channel}/${store.thread.ts}`)?.title;
  if (title) host.querySelector(".thread-title").textContent = title;
}

function drawReplies() {
  const host = at("thread").querySelector(".scroll");
  if (host && store.thread) showThread(host, store.thread);
}

async function become(who) {
  await enter(who);
  store.unread.clear();
  history.replaceState(null, "", `?as=${encodeURIComponent(who)}`);
  const kept = store.place && (store.place.app || store.conversations.some((one) => one.id === store.place.channel));
  if (!kept) go({ channel: firstChannel().id });
  else if (store.place.app) goApp(store.place.tab);
  else go(store.place);
}

// Loading messages take turns while the app is busy.
setInterval(() => { if (document.querySelector(".status[data-turns]")) changed("messages"); }, 2500);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && store.place?.channel) { store.unread.delete(store.place.channel); changed("sidebar"); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && store.thread && !store.modals.length && !at("menu").hasChildNodes()) openThread(null);
});

await people();
const asked = new URLSearchParams(location.search).get("as");
await enter((person(asked) ?? store.people[0]).id);
document.title = `${store.app.app_name} (${store.app.team_name}) – Slack on this machine`;
goApp("messages");
