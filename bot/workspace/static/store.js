// What this page knows of the workspace, kept up to date by the server's events.

export const store = {
  app: null, people: [], me: null, direct: null, now: Date.now() / 1000,
  conversations: [], messages: new Map(), works: new Map(), prompts: [], home: null, modals: [],
  deliveries: [], calls: [], unread: new Map(), newFrom: new Map(), sockets: 0, lost: false, heard: "", actedAt: 0, editing: null,
  place: null, thread: null, entered: new Map(), notice: null,
};

const listeners = new Set();
let pending = new Set();
let stream = null;
let waiting = null;

export function onChange(listener) { listeners.add(listener); }

// Many events may come at once; each part of the page is drawn once a frame at most.
export function changed(...parts) {
  if (!pending.size) requestAnimationFrame(() => {
    const parts = pending;
    pending = new Set();
    for (const listener of listeners) listener(parts);
  });
  for (const part of parts) pending.add(part);
}

// A word that goes away by itself, for what has no place of its own to say it in.
export function tell(words) {
  store.notice = { words, until: Date.now() + 6000 };
  changed("notice");
  setTimeout(() => changed("notice"), 6100);
}

export async function act(name, fields = {}) {
  store.actedAt = Date.now();
  const response = await fetch("/page/act", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...fields, as: store.me, act: name }),
  });
  return response.json();
}

export async function upload(file) {
  const response = await fetch(`/page/file?as=${encodeURIComponent(store.me)}&name=${encodeURIComponent(file.name)}`, {
    method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file,
  });
  return response.json();
}

export async function fault(name, fields = {}) {
  await fetch("/page/fault", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...fields, fault: name }),
  });
}

// The stream is open before the state is asked for, and what it brings meanwhile waits, so that nothing is missed.
export function enter(who) {
  store.me = who;
  stream?.close();
  waiting = [];
  return new Promise((entered) => {
    stream = new EventSource(`/page/live?as=${encodeURIComponent(who)}`);
    stream.onmessage = hear;
    stream.onerror = () => { waiting ??= []; store.lost = true; changed("banner"); };
    stream.onopen = () => reload().then(entered);
  });
}

function hear(event) {
  if (waiting) waiting.push(event);
  else apply(JSON.parse(event.data));
}

// One of the events that waited may ask for the state once more; those behind it then wait again.
async function reload() {
  waiting ??= [];
  await load();
  const held = waiting ?? [];
  waiting = null;
  held.forEach(hear);
}

export async function people() {
  const told = await (await fetch("/page/state")).json();
  Object.assign(store, { app: told.app, people: told.people });
}

async function load() {
  const told = await (await fetch(`/page/state?as=${encodeURIComponent(store.me)}`)).json();
  // Another workspace may have taken this one's place meanwhile, with other people in it.
  if (!told.me) { location.search = ""; return; }
  store.lost = false;
  Object.assign(store, {
    app: told.app, people: told.people, direct: told.direct, now: told.now, conversations: told.conversations,
    prompts: told.prompts, home: told.home, modals: told.modals, sockets: told.app.connected,
    deliveries: told.deliveries, calls: told.api_calls,
  });
  store.messages = new Map();
  told.messages.forEach(keep);
  store.works = new Map(told.works.map((one) => [`${one.channel}/${one.thread_ts}`, one]));
  changed("all");
}

function keep(message) {
  if (!store.messages.has(message.channel)) store.messages.set(message.channel, new Map());
  const known = store.messages.get(message.channel);
  const fresh = !known.has(message.ts);
  known.set(message.ts, message);
  store.now = Math.max(store.now, Number(message.ts));
  return fresh;
}

const APPLY = {
  message(message) {
    const before = store.messages.get(message.channel)?.get(message.ts);
    const fresh = keep(message);
    const theirs = message.user !== store.me;
    const seen = store.place?.channel === message.channel && document.visibilityState === "visible";
    if (fresh && !seen && theirs) {
      store.unread.set(message.channel, (store.unread.get(message.channel) ?? 0) + 1);
      if (!store.newFrom.has(message.channel)) store.newFrom.set(message.channel, message.ts);
    }
    // What is still being written is read out once it is finished.
    if (seen && theirs && !message.streaming && (fresh || before?.streaming)) say(message);
    if (fresh) follow(message);
    changed("messages", "sidebar");
  },
  deleted({ channel, ts }) { store.messages.get(channel)?.delete(ts); changed("messages"); },
  work(work) {
    store.works.set(`${work.channel}/${work.thread_ts}`, work);
    if (work.status) follow({ channel: work.channel, thread_ts: work.thread_ts, user: store.app.bot_user_id });
    changed("messages", "title");
  },
  prompts({ prompts }) { store.prompts = prompts; changed("prompts"); },
  home({ views }) { store.home = views[0]; changed("home"); },
  modals({ views }) { store.modals = views; changed("modals"); },
  people() { reload(); },
  delivery(delivery) {
    const at = store.deliveries.findIndex((one) => one.id === delivery.id);
    if (at < 0) store.deliveries.push(delivery);
    else store.deliveries[at] = delivery;
    changed("inspector");
  },
  api_call(call) { store.calls.push(call); changed("inspector"); },
  connected({ sockets }) { store.sockets = sockets; changed("inspector", "banner"); },
};

function say(message) {
  store.heard = `${nameOf(message.user)}: ${message.text.slice(0, 300)}`;
  changed("heard");
}

function apply({ kind, value }) { APPLY[kind]?.(value); }

// When the app starts to answer a question of mine in the app's own conversation, its thread opens beside it.
function follow(message) {
  if (message.user !== store.app.bot_user_id || message.channel !== store.direct || !message.thread_ts) return;
  const root = store.messages.get(message.channel)?.get(message.thread_ts);
  const latest = [...(store.messages.get(store.direct)?.values() ?? [])].filter((one) => one.user === store.me && !isReply(one)).pop();
  if (store.place?.channel === store.direct && root && root === latest && store.thread?.ts !== root.ts) openThread(root);
}

export function openThread(message) {
  store.thread = message && { channel: message.channel, ts: isReply(message) ? message.thread_ts : message.ts };
  changed("thread", "messages");
}

export function isReply(message) { return Boolean(message.thread_ts) && message.thread_ts !== message.ts; }

export function messagesOf(channel) {
  return [...(store.messages.get(channel)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export function person(id) { return store.people.find((one) => one.id === id); }

export function nameOf(id) {
  if (id === store.app?.bot_user_id) return store.app.app_name;
  return id === "USLACKBOT" ? "Slackbot" : person(id)?.name ?? id;
}

export function go(place) {
  if (store.place?.channel && store.place.channel !== place.channel) store.newFrom.delete(store.place.channel);
  Object.assign(store, { place, thread: null, editing: null });
  if (place.channel) store.unread.delete(place.channel);
  sessionStorage.setItem("as", store.me);
  history.replaceState(null, "", `/?as=${encodeURIComponent(store.me)}&in=${place.app ? place.tab : place.channel}`);
  changed("sidebar", "main", "thread");
}

export function goTo(channel) {
  act("look", { channel });
  go({ channel });
}

export function goApp(tab) {
  go({ app: true, tab, channel: tab === "messages" ? store.direct : null });
  if (tab !== "about") act(tab);
}

export async function become(who) {
  store.unread.clear();
  store.newFrom.clear();
  store.heard = "";
  changed("heard");
  await enter(who);
  const { place } = store;
  if (place.app) goApp(place.tab);
  else go(conversationOf(place.channel) ? place : { channel: firstChannel().id });
}

export function firstChannel() { return store.conversations.find((one) => one.kind === "channel") ?? store.conversations[0]; }

export function conversationOf(id) { return store.conversations.find((one) => one.id === id); }

export function titleOf(conversation) {
  if (conversation.kind !== "mpim") return conversation.name;
  return conversation.members.filter((one) => one !== store.me).map((one) => nameOf(one).split(" ")[0]).join(", ");
}

export function isMessage(channel, ts) { return Boolean(store.messages.get(channel)?.has(ts)); }

// The viewer's own wall clock, as in Slack.
export function timeOf(ts, style) {
  const zone = person(store.me)?.tz ?? "UTC";
  const options = {
    clock: { hour: "numeric", minute: "2-digit" }, day: { weekday: "long", month: "long", day: "numeric" },
    full: { dateStyle: "full", timeStyle: "medium" }, key: { dateStyle: "short" },
  }[style];
  return new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone }).format(new Date(Number(ts) * 1000));
}
