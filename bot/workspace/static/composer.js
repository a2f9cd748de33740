// Where one writes: text marks, mentions, slash commands.

import { button, fill, h, icon, openMenu } from "./dom.js";
import { shortcutsOf } from "./shortcuts.js";
import { act, changed, goApp, isReply, messagesOf, nameOf, store, upload } from "./store.js";

const MARKS = [["bold", "*", "Bold"], ["italic", "_", "Italic"], ["strike", "~", "Strikethrough"], ["code", "`", "Code"], ["quote", "> ", "Quote"]];
const drafts = new Map();
let count = 0;

export function composer({ channel, thread_ts: threadTs, hint }) {
  const key = `${store.me}/${channel}/${threadTs ?? ""}`;
  const id = `suggest-${(count += 1)}`;
  const box = h("textarea", { class: "write", rows: "1", placeholder: hint, "aria-label": hint, spellcheck: "true", "aria-controls": id, "aria-autocomplete": "list" });
  const suggestions = h("div", { class: "suggest", role: "listbox", id, "aria-label": "Suggestions", hidden: true });
  const note = h("div", { class: "note", role: "status" });
  const send = button(icon("send"), () => submit(), { class: "send", "aria-label": "Send now", title: "Send now" });
  const chips = h("div", { class: "chips" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files", onchange: () => { takeIn([...picker.files]); picker.value = ""; } });
  box.value = drafts.get(key) ?? "";

  let files = [];

  function attach(next) {
    files = next;
    fill(chips, files.map((one) => h("span", { class: "chip" }, icon("file"), one.name,
      button(icon("close"), () => { attach(files.filter((other) => other !== one)); resize(); }, { "aria-label": `Remove ${one.name}` }))));
  }

  async function takeIn(chosen) {
    for (const one of chosen) attach([...files, await upload(one)]);
    resize();
    box.focus();
  }

  function resize() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
    send.disabled = !box.value.trim() && !files.length;
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
    fill(suggestions, rows.map((row, index) => h("div", { role: "option", id: `${id}-${index}`, class: index ? "suggestion" : "suggestion current", "aria-selected": String(!index), onmousedown: (event) => { event.preventDefault(); take(row); } }, row.words)));
    open(rows.length > 0);
    suggestions.rows = rows;
  }

  function open(wanted) {
    suggestions.hidden = !wanted;
    box.setAttribute("aria-activedescendant", wanted ? `${id}-0` : "");
  }

  function take(row) {
    box.setRangeText(row.text, row.from, box.selectionStart, "end");
    open(false);
    box.focus();
    resize();
  }

  function move(step) {
    const all = [...suggestions.children];
    const at = all.findIndex((one) => one.classList.contains("current"));
    const to = (at + step + all.length) % all.length;
    all.forEach((one, index) => { one.classList.toggle("current", index === to); one.setAttribute("aria-selected", String(index === to)); });
    box.setAttribute("aria-activedescendant", all[to].id);
    all[to].scrollIntoView({ block: "nearest" });
  }

  async function submit() {
    const text = box.value.trim();
    if (!text && !files.length) return;
    const [word, ...rest] = text.split(" ");
    note.textContent = "";
    if (word.startsWith("/") && !threadTs && !store.app.commands.some((one) => one.command === word)) {
      note.textContent = `${word} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`;
      return;
    }
    const sent = files;
    box.value = "";
    attach([]);
    resize();
    const answer = word.startsWith("/") && !threadTs
      ? await act("slash", { channel, command: word, text: coded(rest.join(" "), channel) })
      : await act("post", { channel, thread_ts: threadTs, text: coded(text, channel), files: sent.map((one) => one.id) });
    // What could not be sent is not lost.
    if (answer.error) { note.textContent = answer.error; box.value = text; attach(sent); resize(); }
  }

  function editLast(event) {
    const mine = messagesOf(channel).filter((one) => one.user === store.me && (threadTs ? one.thread_ts === threadTs : !isReply(one)));
    if (!mine.length) return;
    event.preventDefault();
    store.editing = mine.at(-1).ts;
    changed("messages");
  }

  box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); takeIn([...event.clipboardData.files]); } });
  box.addEventListener("input", () => { resize(); offer(); });
  box.addEventListener("blur", () => open(false));
  box.addEventListener("keydown", (event) => {
    const offered = !suggestions.hidden;
    if (offered && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    else if (offered && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(suggestions.rows[[...suggestions.children].findIndex((one) => one.classList.contains("current"))]);
    } else if (offered && event.key === "Escape") { event.preventDefault(); open(false); }
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    else if (event.key === "ArrowUp" && !box.value) editLast(event);
    else if ((event.metaKey || event.ctrlKey) && event.key === "b") { event.preventDefault(); surround("*"); }
    else if ((event.metaKey || event.ctrlKey) && event.key === "i") { event.preventDefault(); surround("_"); }
  });

  const commands = button(icon("plus"), () => openMenu(commands, [
    { heading: "Shortcuts" },
    ...shortcutsOf("global"),
    ...store.app.commands.map((one) => ({ words: `${one.command} – ${one.description}`, choose: () => { box.value = `${one.command} `; box.focus(); resize(); } })),
    { words: `Open ${store.app.app_name}`, choose: () => goApp("messages") },
  ], { above: true, label: "Shortcuts" }), { class: "round", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu" });
  const node = h("div", { class: "composer" }, suggestions,
    h("div", { class: "composer-box" },
      h("div", { class: "marks" }, MARKS.map(([name, mark, words]) => button(icon(name), () => surround(mark), { title: words, "aria-label": words }))),
      box, chips, picker,
      h("div", { class: "composer-foot" }, commands,
        button(icon("clip"), () => picker.click(), { title: "Attach files", "aria-label": "Attach files" }),
        button(icon("at"), () => { box.setRangeText("@", box.selectionStart, box.selectionEnd, "end"); box.focus(); offer(); resize(); }, { title: "Mention someone", "aria-label": "Mention someone" }),
        h("span", { class: "grow" }), send)),
    note);
  requestAnimationFrame(resize);
  return { node, focus: () => box.focus() };
}

// The field in which a message of one's own is changed.
export function edited(message, done) {
  const box = h("textarea", { class: "input", rows: "3", "aria-label": "Edit message" });
  box.value = worded(message.text);
  const save = async () => {
    const text = box.value.trim();
    if (text) await act("edit", { channel: message.channel, ts: message.ts, text: coded(text, message.channel) });
    done();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); done(); }
  });
  requestAnimationFrame(() => { box.focus(); box.setSelectionRange(box.value.length, box.value.length); });
  return h("div", { class: "editing" }, box, h("div", { class: "actions" }, button("Cancel", done, { class: "button" }), button("Save", save, { class: "button primary" })));
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

// The other way round: what was sent, in the words in which it was typed.
function worded(text) {
  return text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${nameOf(id)}`).replace(/<#\w+\|([^>]*)>/g, "#$1").replace(/<(https?:[^>|]+)>/g, "$1")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
