// Messages one below another: days, authors, threads, reactions, what the app is doing.

import { avatar, button, fill, h, icon, openMenu } from "./dom.js";
import { attachments, drawBlocks } from "./blocks.js";
import { edited } from "./composer.js";
import { surfaceOf } from "./elements.js";
import { emoji, EMOJI } from "./emoji.js";
import { shortcutsOf } from "./shortcuts.js";
import { act, changed, isReply, messagesOf, nameOf, openThread, store, timeOf } from "./store.js";
import { mrkdwn } from "./text.js";

const QUICK = ["white_check_mark", "eyes", "raised_hands"];
const TOGETHER_S = 300;
const TURN_MS = 2500;
const ANSWER_MS = 10_000;

const drawn = new Map();

// A message is drawn again only when it changed, so that what stands in its menus and fields stays.
function cached(message, first, inThread) {
  const key = `${store.me}/${message.channel}/${message.ts}/${inThread}`;
  const shape = JSON.stringify([message, first, store.editing === message.ts]);
  if (drawn.get(key)?.shape !== shape) drawn.set(key, { shape, node: draw(message, first, inThread) });
  return drawn.get(key).node;
}

function byApp(message) { return message.user === store.app.bot_user_id; }

function face(message) {
  return byApp(message) ? h("span", { class: "avatar app", "aria-hidden": "true" }, icon("bolt")) : avatar(nameOf(message.user), message.user);
}

function head(message) {
  return h("div", { class: "message-head" },
    h("b", { class: "author" }, nameOf(message.user)),
    (byApp(message) || message.user === "USLACKBOT") && h("span", { class: "badge" }, "APP"),
    h("time", { title: timeOf(message.ts, "full") }, timeOf(message.ts, "clock")));
}

function body(message) {
  const surface = surfaceOf({ channel: message.channel, ts: message.ts }, `${message.channel}/${message.ts}`);
  // What people type comes with rich text made of the same words, so their text is shown.
  const blocks = byApp(message) ? message.blocks ?? [] : [];
  return [
    blocks.length ? drawBlocks(blocks, surface) : message.text && mrkdwn(message.text),
    message.edited && h("small", { class: "edited" }, " (edited)"),
    message.attachments && attachments(message.attachments, surface),
    message.files && h("div", { class: "files" }, message.files.map(file)),
    message.streaming && h("span", { class: "caret", role: "img", "aria-label": "still writing" }),
  ];
}

function sizeOf(bytes) {
  return bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const inTab = { target: "_blank", rel: "noopener noreferrer" };

function file(one) {
  const path = new URL(one.url_private).pathname;
  if (one.mimetype.startsWith("image/") && !one.mimetype.includes("svg")) {
    const words = one.alt_txt ?? one.title;
    return h("figure", { class: "image" }, h("figcaption", {}, one.title),
      h("a", { href: path, ...inTab, title: words }, h("img", { class: "block-image", src: path, alt: words })));
  }
  return h("div", { class: "file" },
    h("a", { class: "file-open", href: path, ...inTab }, icon("file"),
      h("span", {}, h("b", {}, one.title), h("small", {}, `${one.filetype.toUpperCase()} · ${sizeOf(one.size)}`))),
    h("a", { class: "file-save", href: `${path}?download=1`, download: one.name, title: "Download", "aria-label": `Download ${one.name}` }, icon("save")));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => {
    const mine = one.users.includes(store.me);
    return button([emoji(one.name), h("span", {}, String(one.count))], () => act("react", { channel: message.channel, ts: message.ts, name: one.name, add: !mine }),
      { class: mine ? "reaction mine" : "reaction", title: `${one.users.map(nameOf).join(", ")} reacted with :${one.name}:`, "aria-pressed": String(mine) });
  }));
}

function threadBar(message) {
  if (!message.reply_count) return null;
  return button([
    h("span", { class: "faces" }, message.reply_users.slice(0, 3).map((user) => face({ user }))),
    h("span", { class: "link" }, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`),
    h("span", { class: "muted" }, `Last reply ${dayOf(message.latest_reply)} at ${timeOf(message.latest_reply, "clock")}`),
  ], () => openThread(message), { class: "thread-bar" });
}

function tools(message, inThread) {
  if (message.only_for) return null;
  const react = (name) => act("react", { channel: message.channel, ts: message.ts, name });
  const smile = button(icon("smile"), () => openMenu(smile, [...EMOJI.keys()].slice(0, 24).map((name) => ({ words: `${emoji(name)}  :${name}:`, choose: () => react(name) })), { label: "Reactions" }),
    { title: "Find another reaction", "aria-label": "Find another reaction" });
  const shortcuts = shortcutsOf("message", { channel: message.channel, ts: message.ts });
  const more = button(icon("more"), () => openMenu(more, [{ heading: store.app.app_name }, ...shortcuts], { label: "More actions" }),
    { title: "More actions", "aria-label": "More actions", "aria-haspopup": "menu" });
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) => button(emoji(name), () => react(name), { title: `React with :${name}:`, "aria-label": `React with ${name}` })),
    smile,
    !inThread && button(icon("reply"), () => openThread(message), { title: "Reply in thread", "aria-label": "Reply in thread" }),
    shortcuts.length > 0 && more,
    message.user === store.me && button(icon("pen"), () => edit(message), { title: "Edit message", "aria-label": "Edit message" }),
    message.user === store.me && button(icon("trash"), () => act("delete", { channel: message.channel, ts: message.ts }), { title: "Delete message", "aria-label": "Delete message" }));
}

function draw(message, first, inThread) {
  const gutter = first ? face(message) : h("time", { class: "side-time" }, timeOf(message.ts, "clock").replace(/ [AP]M/, ""));
  return h("article", { tabindex: "-1", "aria-label": `${nameOf(message.user)}, ${timeOf(message.ts, "clock")}`, class: ["message", first && "first", message.only_for && "ephemeral"].filter(Boolean).join(" "), "data-ts": message.ts },
    message.only_for && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
    h("div", { class: "gutter" }, gutter),
    h("div", { class: "content" }, first && head(message), store.editing === message.ts ? editor(message) : body(message), reactions(message), !inThread && threadBar(message)),
    tools(message, inThread));
}

function together(before, message) {
  return before && before.user === message.user && !before.only_for && !message.only_for && !before.reply_count
    && Number(message.ts) - Number(before.ts) < TOGETHER_S && timeOf(before.ts, "key") === timeOf(message.ts, "key");
}

function dayOf(ts) { return timeOf(ts, "key") === timeOf(store.now, "key") ? "today" : timeOf(ts, "day"); }

function dayLine(ts) {
  const words = dayOf(ts);
  return h("div", { class: "day", role: "separator" }, h("span", {}, words[0].toUpperCase() + words.slice(1)));
}

function newLine() { return h("div", { class: "new", role: "separator" }, h("span", {}, "New")); }

function list(messages, inThread) {
  const nodes = [];
  const newFrom = !inThread && messages.length ? store.newFrom.get(messages[0].channel) : null;
  messages.forEach((message, at) => {
    const before = messages[at - 1];
    const newDay = !before || timeOf(before.ts, "key") !== timeOf(message.ts, "key");
    const isNew = newFrom && message.ts >= newFrom && !(before?.ts >= newFrom);
    if (newDay && !inThread) nodes.push(dayLine(message.ts));
    if (isNew) nodes.push(newLine());
    nodes.push(cached(message, newDay || isNew || !together(before, message) || (inThread && at === 1), inThread));
    if (inThread && at === 0 && messages.length > 1) {
      const count = messages.filter((one) => !one.only_for).length - 1;
      nodes.push(h("div", { class: "reply-count" }, h("span", {}, count === 1 ? "1 reply" : `${count} replies`)));
    }
  });
  return nodes;
}

// Redraws a list and stays at its end if it was there; an answer taller than the pane is shown from its beginning.
function show(host, nodes) {
  const focused = host.contains(document.activeElement) ? document.activeElement : null;
  const atEnd = !host.dataset.last || host.scrollHeight - host.scrollTop - host.clientHeight < 120;
  const top = host.scrollTop;
  fill(host, nodes);
  // Taking nodes out and putting them back takes the focus from them.
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  const last = [...host.querySelectorAll(".message")].at(-1);
  const fresh = last && last.dataset.ts !== host.dataset.last;
  rove(host, last);
  // What comes right after one did something is most likely its answer, so it is shown wherever one was reading.
  const follows = atEnd || (fresh && Date.now() - store.actedAt < ANSWER_MS);
  if (fresh && !follows) offerNew(host);
  if (follows) host.parentElement.querySelector(".below-place")?.remove();
  const settle = () => {
    const tall = last && last.offsetHeight > host.clientHeight - 40;
    if (!follows) host.scrollTop = top;
    else if (!tall) host.scrollTop = host.scrollHeight;
    else host.scrollTop = fresh ? last.offsetTop - host.offsetTop - 8 : top;
  };
  settle();
  // A picture has no height before it has come.
  last?.querySelectorAll("img").forEach((one) => one.complete || one.addEventListener("load", settle, { once: true }));
  host.dataset.last = last?.dataset.ts ?? "none";
}

// A way down to what came while one was reading further up.
function offerNew(host) {
  if (host.parentElement.querySelector(".below-place")) return;
  const node = button([icon("down"), "New message"], () => { node.parentElement.remove(); host.scrollTop = host.scrollHeight; host.querySelector(".message[tabindex='0']")?.focus(); }, { class: "button below" });
  host.after(h("div", { class: "below-place" }, node));
}

// One message of a list is in the tab order; the arrows go to the others, and whatever stands in them comes after.
function rove(host, last) {
  const held = host.querySelector(".message[tabindex='0']");
  if (last && !host.contains(document.activeElement)) {
    if (held) held.tabIndex = -1;
    last.tabIndex = 0;
  }
  host.onkeydown ??= (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.classList.contains("message")) return;
    const all = [...host.querySelectorAll(".message")];
    const next = all[all.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    all.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
    next.focus();
  };
}

export function edit(message) { store.editing = message.ts; changed("messages"); }

function editor(message) {
  const done = () => { store.editing = null; changed("messages"); };
  return edited(message, done);
}

export function showConversation(host, channel, welcome) {
  const messages = messagesOf(channel).filter((one) => !isReply(one) || one.subtype === "thread_broadcast");
  const nodes = list(messages, false);
  const busy = messages.filter((one) => isBusy(store.works.get(`${channel}/${one.ts}`)) && store.thread?.ts !== one.ts);
  show(host, [welcome(messages.length), nodes, busy.map((one) => statusLine(channel, one.ts))]);
}

export function showThread(host, { channel, ts }) {
  const messages = messagesOf(channel).filter((one) => one.ts === ts || one.thread_ts === ts);
  show(host, [list(messages, true), statusLine(channel, ts)]);
}

function isBusy(work) { return Boolean(work?.status || work?.session === "processing"); }

const cycles = new Map();

// What the app is doing, its loading messages in turn, with a Stop button where an agent's session is under way.
function statusLine(channel, ts) {
  const key = `${channel}/${ts}`;
  const work = store.works.get(key);
  if (!isBusy(work)) { cycles.delete(key); return null; }
  if (!cycles.has(key)) cycles.set(key, Date.now());
  const { text = "is working…", loading_messages: loading = [] } = work.status ?? {};
  const turn = Math.floor((Date.now() - cycles.get(key)) / TURN_MS);
  const stop = work.session === "processing" && store.app.can_be_stopped;
  return h("div", { class: "status", "data-turns": loading.length > 1 ? "yes" : null },
    h("span", { class: "avatar app small" }, icon("bolt")),
    h("span", { class: "shimmer" }, loading[turn % Math.max(1, loading.length)] ?? `${store.app.app_name} ${text}`),
    stop && button([icon("stop"), "Stop"], () => act("stop", { channel, ts }), { class: "button" }));
}
