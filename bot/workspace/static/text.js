// Slack's three ways to write: mrkdwn in text objects, standard Markdown in markdown blocks, rich text as a tree.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { nameOf, store, timeOf } from "./store.js";

const SAFE = /^(https?:|mailto:|tel:|slack:)/i;

export function link(url, words) {
  if (!SAFE.test(url)) return document.createTextNode(words || url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words || url);
}

function unescape(text) { return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"); }

function mention(words, mine = false) { return h("span", { class: mine ? "mention mine" : "mention" }, words); }

function entity(inner) {
  const [target, ...rest] = inner.split("|");
  const label = unescape(rest.join("|"));
  if (target.startsWith("@")) return mention(`@${nameOf(target.slice(1))}`, target.slice(1) === store.me);
  if (target.startsWith("#")) return mention(`#${store.conversations.find((one) => one.id === target.slice(1))?.name ?? (label || target.slice(1))}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return mention(`@${label || target.slice(1)}`, true);
  return SAFE.test(target) ? link(unescape(target), label) : `<${unescape(inner)}>`;
}

const DATES = {
  date: { dateStyle: "long" }, date_num: { dateStyle: "short" }, date_short: { dateStyle: "medium" }, date_long: { dateStyle: "full" },
  date_pretty: { dateStyle: "long" }, date_short_pretty: { dateStyle: "medium" }, date_long_pretty: { dateStyle: "full" },
  time: { hour: "numeric", minute: "2-digit" }, time_secs: { timeStyle: "medium" },
};

function formatted(seconds, format) {
  const zone = store.people.find((one) => one.id === store.me)?.tz ?? "UTC";
  return format.replace(/\{(\w+)\}/g, (whole, name) =>
    name in DATES ? new Intl.DateTimeFormat("en-US", { ...DATES[name], timeZone: zone }).format(new Date(seconds * 1000)) : whole);
}

function date(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  const words = Number.isFinite(Number(seconds)) ? formatted(Number(seconds), format ?? "{date}") : fallback;
  return url ? link(url, words) : h("time", { title: timeOf(seconds, "full") }, words);
}

// Marks are tried from left to right; what is inside one is read again for the others.
const MRKDWN = [
  [/```\n?([\s\S]+?)```/, (found) => h("pre", {}, unescape(found[1]).replace(/\n$/, ""))],
  [/`([^`\n]+)`/, (found) => h("code", {}, unescape(found[1]))],
  [/<([^<>\n]+)>/, (found) => entity(found[1])],
  [/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/, (found) => emoji(found[1])],
  [/(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])/, (found) => h("b", {}, mrkdwnInline(found[1]))],
  [/(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])/, (found) => h("i", {}, mrkdwnInline(found[1]))],
  [/(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])/, (found) => h("s", {}, mrkdwnInline(found[1]))],
];

const MARKDOWN = [
  [/`([^`\n]+)`/, (found) => h("code", {}, found[1])],
  [/\[([^\]\n]+)\]\(([^)\s]+)\)/, (found) => link(found[2], found[1])],
  [/<((?:https?:|mailto:)[^<>\s]+|[@#!][^<>\n]+)>/, (found) => entity(found[1])],
  [/\*\*(?=\S)([^\n]+?)\*\*/, (found) => h("b", {}, markdownInline(found[1]))],
  [/__(?=\S)([^\n]+?)__/, (found) => h("b", {}, markdownInline(found[1]))],
  [/(?<![\w*])\*(?=\S)([^*\n]+?)\*(?!\w)/, (found) => h("i", {}, markdownInline(found[1]))],
  [/(?<![\w_])_(?=\S)([^_\n]+?)_(?!\w)/, (found) => h("i", {}, markdownInline(found[1]))],
  [/~~(?=\S)([^\n]+?)~~/, (found) => h("s", {}, markdownInline(found[1]))],
  [/:([a-z0-9_+'-]+):/, (found) => emoji(found[1])],
];

function inline(text, rules, plain) {
  const nodes = [];
  while (text) {
    let best = null;
    for (const [pattern, make] of rules) {
      const found = pattern.exec(text);
      if (found && (!best || found.index < best.found.index)) best = { found, make };
    }
    if (!best) { nodes.push(plain(text)); break; }
    if (best.found.index) nodes.push(plain(text.slice(0, best.found.index)));
    nodes.push(best.make(best.found));
    text = text.slice(best.found.index + best.found[0].length);
  }
  return nodes;
}

const mrkdwnInline = (text) => inline(text, MRKDWN, unescape);
const markdownInline = (text) => inline(text, MARKDOWN, (plain) => plain.replace(/\\([\\`*_{}[\]()#+.!~>-])/g, "$1"));

export function mrkdwn(text) {
  // Lines that begin with > stand in a quote together; code blocks may hold such lines and stay whole.
  const parts = [];
  for (const piece of text.split(/\n?(```[\s\S]+?```)\n?/)) {
    if (piece.startsWith("```")) { parts.push(...mrkdwnInline(piece)); continue; }
    for (const run of piece.split(/((?:^|\n)(?:&gt;|>)[^\n]*(?:\n(?:&gt;|>)[^\n]*)*)\n?/)) {
      if (/^\n?(&gt;|>)/.test(run)) parts.push(h("blockquote", {}, mrkdwnInline(run.replace(/(^|\n)(?:&gt;|>) ?/g, "$1").trim())));
      else parts.push(...mrkdwnInline(run));
    }
  }
  return h("div", { class: "mrkdwn" }, parts);
}

export function textObject(object) {
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  const words = object.emoji === false ? object.text : object.text.replace(/:([a-z0-9_+'-]+):/g, (_, name) => emoji(name));
  return h("div", { class: "mrkdwn" }, words);
}

export function plain(object) { return object ? object.text.replace(/:([a-z0-9_+'-]+):/g, (_, name) => emoji(name)) : ""; }

export function markdown(text) {
  const lines = text.split("\n");
  const blocks = [];
  while (lines.length) blocks.push(markdownBlock(lines));
  return h("div", { class: "markdown" }, blocks);
}

function take(lines, pattern) {
  const taken = [];
  while (lines.length && pattern.test(lines[0])) taken.push(lines.shift());
  return taken;
}

function markdownBlock(lines) {
  const line = lines[0];
  const heading = /^(#{1,6})\s+(.*)/.exec(line);
  if (!line.trim()) { lines.shift(); return null; }
  if (/^```/.test(line)) {
    lines.shift();
    const code = take(lines, /^(?!```)/);
    lines.shift();
    return h("pre", {}, code.join("\n"));
  }
  if (heading) { lines.shift(); return h(`h${Math.min(6, heading[1].length + 2)}`, {}, markdownInline(heading[2])); }
  if (/^(-{3,}|\*{3,})\s*$/.test(line)) { lines.shift(); return h("hr"); }
  if (/^>/.test(line)) return h("blockquote", {}, markdownInline(take(lines, /^>/).map((one) => one.replace(/^> ?/, "")).join("\n")));
  if (/^\s*\|.*\|\s*$/.test(line) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[1] ?? "")) return markdownTable(take(lines, /^\s*\|/));
  if (/^\s*[-*+]\s/.test(line)) return h("ul", {}, take(lines, /^\s*[-*+]\s/).map((one) => h("li", {}, markdownInline(one.replace(/^\s*[-*+]\s/, "")))));
  if (/^\s*\d+[.)]\s/.test(line)) return h("ol", { start: Number.parseInt(line, 10) || 1 }, take(lines, /^\s*\d+[.)]\s/).map((one) => h("li", {}, markdownInline(one.replace(/^\s*\d+[.)]\s/, "")))));
  return h("p", {}, markdownInline([lines.shift(), ...take(lines, /^(?!\s*$|#{1,6}\s|```|>|\s*[-*+]\s|\s*\d+[.)]\s|\s*\|)/)].join("\n")));
}

function markdownTable(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((one) => one.trim());
  const [head, , ...body] = rows.map(cells);
  return h("div", { class: "table-wrap" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((one) => h("th", {}, markdownInline(one))))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((one) => h("td", {}, markdownInline(one))))))));
}

const PIECES = {
  text: (piece) => piece.text,
  link: (piece) => link(piece.url, piece.text),
  emoji: (piece) => emoji(piece.name),
  user: (piece) => mention(`@${nameOf(piece.user_id)}`, piece.user_id === store.me),
  team: (piece) => mention(`@${piece.team_id}`),
  usergroup: (piece) => mention(`@${piece.usergroup_id}`),
  channel: (piece) => entity(`#${piece.channel_id}`),
  broadcast: (piece) => mention(`@${piece.range}`, true),
  color: (piece) => h("span", {}, h("span", { class: "swatch", color: piece.value }), piece.value),
  date: (piece) => h("time", {}, formatted(piece.timestamp, piece.format)),
};
const STYLES = { bold: "b", italic: "i", strike: "s", code: "code", underline: "u" };

function pieces(elements) {
  return elements.map((piece) => {
    const bare = PIECES[piece.type]?.(piece) ?? "";
    return Object.entries(STYLES).reduce((inner, [name, tag]) => (piece.style?.[name] ? h(tag, {}, inner) : inner), bare);
  });
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich" }, pieces(part.elements)),
  rich_text_quote: (part) => h("blockquote", {}, pieces(part.elements)),
  rich_text_preformatted: (part) => h("pre", {}, pieces(part.elements)),
  rich_text_list: (part) => h(part.style === "ordered" ? "ol" : "ul", { class: `indent${part.indent ?? 0}`, start: (part.offset ?? 0) + 1 },
    part.elements.map((item) => h("li", {}, pieces(item.elements)))),
};

export function richText(block) {
  return h("div", { class: "mrkdwn" }, block.elements.map((part) => PARTS[part.type]?.(part)));
}
