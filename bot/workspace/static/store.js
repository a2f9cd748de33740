// What this page knows of the workspace, kept up to date by the server's events.

export const store = {
  app: null, people: [], me: null, direct: null, now: Date.now() / 1000,
  conversations: [], messages: new Map(), works: new Map(), prompts: [], home: null, modals: [],
  deliveries: [], calls: [], unread: new Map(), sockets: 0,
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
  const response = await fetch("/page/act", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...fields, as: store.me, act: name }),
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
    stream.onerror = () => { waiting ??= []; };
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
    const fresh = keep(message);
    const seen = store.place?.channel === message.channel && document.visibilityState === "visible";
    if (fresh && !seen && message.user !== store.me) store.unread.set(message.channel, (store.unread.get(message.channel) ?? 0) + 1);
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
  connected({ sockets }) { store.sockets = sockets; changed("sidebar", "inspector", "top"); },
};

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
  store.place = place;
  store.thread = null;
  if (place.channel) store.unread.delete(place.channel);
  changed("sidebar", "main", "thread");
}

// The viewer's own wall clock, as in Slack.
export function timeOf(ts, style) {
  const zone = person(store.me)?.tz ?? "UTC";
  const options = {
    clock: { hour: "numeric", minute: "2-digit" }, day: { weekday: "long", month: "long", day: "numeric" },
    full: { dateStyle: "full", timeStyle: "medium" }, key: { dateStyle: "short" },
  }[style];
  return new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone }).format(new Date(Number(ts) * 1000));
}
