// Where one writes: text marks, mentions, slash commands.

import { button, fill, h, icon, openMenu } from "./dom.js";
import { shortcutsOf } from "./shortcuts.js";
import { act, go, store } from "./store.js";

const MARKS = [["bold", "*", "Bold"], ["italic", "_", "Italic"], ["strike", "~", "Strikethrough"], ["code", "`", "Code"], ["quote", "> ", "Quote"]];
const drafts = new Map();

export function composer({ channel, thread_ts: threadTs, hint }) {
  const key = `${store.me}/${channel}/${threadTs ?? ""}`;
  const box = h("textarea", { class: "write", rows: "1", placeholder: hint, "aria-label": hint, spellcheck: "true" });
  const suggestions = h("div", { class: "suggest", role: "listbox", hidden: true });
  const note = h("div", { class: "note", role: "status" });
  const send = button(icon("send"), () => submit(), { class: "send", "aria-label": "Send now", title: "Send now" });
  box.value = drafts.get(key) ?? "";

  function resize() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
    send.disabled = !box.value.trim();
    drafts.set(key, box.value);
  }

  function surround(mark) {
    const { selectionStart: from, selectionEnd: to, value } = box;
    const end = mark === "> " ? "" : mark;
    box.setRangeText(`${mark}${value.slice(from, to)}${end}`, from, to, "end");
    if (from === to) box.selectionEnd -= end.length;
    box.focus();
    resize();
  }

  function offer() {
    const before = box.value.slice(0, box.selectionStart);
    const slash = /^\/(\S*)$/.exec(box.value);
    const at = /(?:^|\s)@([\w .]*)$/.exec(before);
    let rows = [];
    if (slash && !threadTs) {
      rows = store.app.commands.filter((one) => one.command.startsWith(box.value)).map((one) => ({
        words: [h("b", {}, one.command), h("span", { class: "muted" }, one.usage_hint ?? ""), h("small", {}, one.description)],
        text: `${one.command} `, from: 0,
      }));
    } else if (at) {
      rows = names(channel).filter((one) => one.name.toLowerCase().startsWith(at[1].toLowerCase())).slice(0, 8).map((one) => ({
        words: [h("b", {}, one.name), one.app && h("span", { class: "badge" }, "APP"), h("small", {}, one.title)],
        text: `@${one.name} `, from: before.length - at[1].length - 1,
      }));
    }
    fill(suggestions, rows.map((row, index) => h("button", { type: "button", role: "option", class: index ? "suggestion" : "suggestion current", onclick: () => take(row) }, row.words)));
    suggestions.hidden = !rows.length;
    suggestions.rows = rows;
  }

  function take(row) {
    box.setRangeText(row.text, row.from, box.selectionStart, "end");
    suggestions.hidden = true;
    box.focus();
    resize();
  }

  function move(step) {
    const all = [...suggestions.children];
    const at = all.findIndex((one) => one.classList.contains("current"));
    all[at].classList.remove("current");
    all[(at + step + all.length) % all.length].classList.add("current");
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    const [word, ...rest] = text.split(" ");
    note.textContent = "";
    if (word.startsWith("/") && !threadTs && !store.app.commands.some((one) => one.command === word)) {
      note.textContent = `${word} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`;
      return;
    }
    box.value = "";
    resize();
    const answer = word.startsWith("/") && !threadTs
      ? await act("slash", { channel, command: word, text: coded(rest.join(" "), channel) })
      : await act("post", { channel, thread_ts: threadTs, text: coded(text, channel) });
    if (answer.error) note.textContent = answer.error;
  }

  box.addEventListener("input", () => { resize(); offer(); });
  box.addEventListener("blur", () => setTimeout(() => { if (!suggestions.contains(document.activeElement)) suggestions.hidden = true; }, 150));
  box.addEventListener("keydown", (event) => {
    const open = !suggestions.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    else if (open && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(suggestions.rows[[...suggestions.children].findIndex((one) => one.classList.contains("current"))]);
    } else if (open && event.key === "Escape") { suggestions.hidden = true; }
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    else if ((event.metaKey || event.ctrlKey) && event.key === "b") { event.preventDefault(); surround("*"); }
    else if ((event.metaKey || event.ctrlKey) && event.key === "i") { event.preventDefault(); surround("_"); }
  });

  const commands = button(icon("plus"), () => openMenu(commands, [
    { heading: "Shortcuts" },
    ...shortcutsOf("global"),
    ...store.app.commands.map((one) => ({ words: `${one.command} – ${one.description}`, choose: () => { box.value = `${one.command} `; box.focus(); resize(); } })),
    { words: `Open ${store.app.app_name}`, choose: () => go({ app: true, tab: "messages", channel: store.direct }) },
  ], { above: true, label: "Shortcuts" }), { class: "round", "aria-label": "Shortcuts", title: "Shortcuts" });
  const node = h("div", { class: "composer" }, suggestions,
    h("div", { class: "composer-box" },
      h("div", { class: "marks" }, MARKS.map(([name, mark, words]) => button(icon(name), () => surround(mark), { title: words, "aria-label": words }))),
      box,
      h("div", { class: "composer-foot" }, commands,
        button(icon("at"), () => { box.setRangeText("@", box.selectionStart, box.selectionEnd, "end"); box.focus(); offer(); resize(); }, { title: "Mention someone", "aria-label": "Mention someone" }),
        h("span", { class: "grow" }), send)),
    note);
  requestAnimationFrame(resize);
  return { node, focus: () => box.focus() };
}

function names(channel) {
  const members = store.conversations.find((one) => one.id === channel)?.members ?? [];
  const app = { id: store.app.bot_user_id, name: store.app.app_name, app: true, title: "" };
  return [app, ...store.people.filter((one) => members.includes(one.id))];
}

// Mentions travel as ids, everything else with the three characters escaped, as Slack's own clients send it.
function coded(text, channel) {
  let coded = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/^&gt; /gm, "> ");
  for (const one of names(channel).sort((a, b) => b.name.length - a.name.length)) coded = coded.replaceAll(`@${one.name}`, `<@${one.id}>`);
  for (const one of store.conversations) if (one.kind === "channel") coded = coded.replace(new RegExp(`#${one.name}\\b`, "g"), `<#${one.id}|${one.name}>`);
  return coded.replace(/(^|\s)(https?:\/\/[^\s<>]+)/g, "$1<$2>");
}
