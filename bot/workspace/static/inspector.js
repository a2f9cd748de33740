// Shows what goes between the workspace and the app, and lets it go wrong on purpose.

import { button, fill, h, icon, tabs } from "./dom.js";
import { changed, fault, store } from "./store.js";

const state = { tab: "events", open: new Set() };
const STATES = { queued: "waiting", sent: "sent", acked: "acked", failed: "no ack" };

export function showInspector(host) {
  const body = host.querySelector(".inspector-body");
  const top = body?.scrollTop ?? 0;
  fill(host,
    h("div", { class: "pane-head" }, h("h2", {}, "Inspector"), h("span", { class: store.sockets ? "dot on" : "dot" }),
      h("span", { class: "muted" }, store.sockets > 1 ? `connected ${store.sockets} times` : store.sockets ? "connected" : "not connected"), h("span", { class: "grow" }),
      button(icon("close"), () => { host.hidden = true; changed("top"); }, { class: "round", "aria-label": "Close inspector" })),
    tabs([["events", "Events"], ["calls", "API calls"], ["faults", "Faults"]], state.tab, (name) => { state.tab = name; changed("inspector"); }, "Inspector"),
    h("div", { class: "inspector-body" }, TABS[state.tab]()));
  host.querySelector(".inspector-body").scrollTop = top;
}

// In a few words what a payload or a call is about.
function aboutOf(told) {
  const inner = told.event ?? told;
  return [inner.command && inner.text, inner.actions?.[0]?.action_id, inner.view?.callback_id, inner.callback_id, inner.tab, inner.reaction, inner.text ?? inner.message?.text, inner.status,
    inner.channel?.name ?? inner.channel ?? inner.user_id].find((one) => typeof one === "string" && one)?.slice(0, 120) ?? "";
}

function row(key, name, about, marks, details) {
  const open = state.open.has(key);
  const node = h("details", { class: "log", open }, h("summary", {}, h("span", { class: "log-name" }, name), h("span", { class: "log-about" }, about), marks),
    h("div", {}, open ? details().map(json) : ""));
  node.addEventListener("toggle", () => {
    if (node.open === state.open.has(key)) return;
    if (node.open) state.open.add(key); else state.open.delete(key);
    changed("inspector");
  });
  return node;
}

function json([title, value]) {
  return value === null || value === undefined ? null : [h("small", {}, title), h("pre", { tabindex: "0" }, JSON.stringify(value, null, 2))];
}

const TABS = {
  events: () => store.deliveries.length ? [...store.deliveries].reverse().slice(0, 150).map((one) => row(one.id, one.name, aboutOf(one.payload), [
    one.attempts > 1 && h("span", { class: "pill warn" }, `sent ${one.attempts}×`),
    h("span", { class: `pill ${one.state}` }, one.state === "acked" ? `acked ${one.ack_ms} ms` : STATES[one.state]),
  ], () => [["ack payload", one.reply], [`${one.kind} payload`, one.payload]])) : h("p", { class: "muted" }, "Nothing was sent to the app yet."),
  calls: () => store.calls.length ? [...store.calls].map((one, at) => row(`call${at}`, one.method, aboutOf(one.args), [
    h("span", { class: "muted" }, `${one.ms} ms`),
    h("span", { class: one.status === 200 && one.reply.ok !== false ? "pill acked" : "pill failed" }, one.reply.error ?? (one.status === 200 ? "ok" : String(one.status))),
  ], () => [["request", one.args], ["response", one.reply]])).reverse().slice(0, 150) : h("p", { class: "muted" }, "The app called nothing yet."),
  faults: () => h("div", { class: "faults" },
    h("p", { class: "muted" }, "Each fault strikes the next call or ack, then things are as usual again."),
    [["Turn the next chat.postMessage away (429)", "fail", { method: "chat.postMessage", status: 429 }],
      ["Fail the next chat.postMessage (500)", "fail", { method: "chat.postMessage", status: 500 }],
      ["Answer the next call with channel_not_found", "fail", { method: "*", error: "channel_not_found" }],
      ["Lose the next ack", "drop_acks", {}],
      ["Let the next ack come 5 s late", "delay_acks", { seconds: 5 }],
      ["Cut the socket", "drop_socket", {}],
      ["Ask the app to reconnect", "reconnect", {}],
      ["Redeliver without the minutes between", "retry_scale", { scale: 0 }],
      ["Redeliver as Slack does (0, 1, 5 min)", "retry_scale", { scale: 1 }],
      ["Forget all faults to come", "clear", {}],
      ["Forget all that was said and done", "reset", {}],
    ].map(([words, name, fields]) => {
      const node = button(words, async () => { await fault(name, fields); node.classList.add("done"); setTimeout(() => node.classList.remove("done"), 1200); }, { class: "button" });
      return node;
    })),
};
