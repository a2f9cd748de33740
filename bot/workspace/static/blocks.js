// Draws Block Kit blocks, in messages, modals and the Home tab alike.

import { button, fill, h, icon } from "./dom.js";
import { draw, picture } from "./elements.js";
import { markdown, mrkdwn, plain, richText, textObject, link } from "./text.js";

let count = 0;
const STATE_ICONS = { complete: "check", error: "warning" };

const cell = (item, column) => {
  const content = item.type === "rich_text" ? richText(item) : item.text ?? String(item.value);
  return [{ class: `align-${column?.align ?? "left"}${column?.is_wrapped ? " wrapped" : ""}` }, content];
};

function task(block) {
  const mark = h("span", { class: `task-mark ${block.status ?? "pending"}` }, STATE_ICONS[block.status] && icon(STATE_ICONS[block.status]));
  const more = [block.details && richText(block.details), block.output && h("div", { class: "task-output" }, richText(block.output)),
    block.sources?.length && h("div", { class: "sources" }, block.sources.map((one) => link(one.url, one.text)))].filter(Boolean);
  const head = [mark, h("span", { class: "task-title" }, block.title)];
  return more.length
    ? h("details", { class: "task", open: block.status !== "complete" }, h("summary", {}, head), more)
    : h("div", { class: "task" }, h("div", { class: "summary" }, head));
}

function card(block, surface) {
  return h("div", { class: "card" },
    block.hero_image && picture(block.hero_image, "hero"),
    h("div", { class: "card-head" }, block.icon && picture(block.icon, "card-icon"),
      h("div", {}, block.title && h("b", {}, textObject(block.title)), block.subtitle && h("small", {}, textObject(block.subtitle)))),
    block.body && textObject(block.body),
    block.actions && h("div", { class: "actions" }, block.actions.map((one) => draw(one, surface))));
}

function container(block, surface, errors) {
  const title = h("b", {}, block.rich_text_title ? richText(block.rich_text_title) : plain(block.title));
  const inside = block.child_blocks.map((one) => drawBlock(one, surface, errors));
  const subtitle = block.subtitle && h("small", {}, textObject(block.subtitle));
  if (!block.is_collapsible) return h("div", { class: "container" }, title, subtitle, inside);
  return h("details", { class: "container", open: !block.default_collapsed }, h("summary", {}, title, subtitle), inside);
}

// Rows in pages, under a caption; one column may name its row.
function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? rows.length;
  const pages = Math.ceil(rows.length / size);
  const body = h("tbody");
  const foot = h("div", { class: "pages" });
  const show = (page) => {
    fill(body, rows.slice(page * size, (page + 1) * size).map((row) => h("tr", {}, row.map((item, at) =>
      h(at === block.row_header_column_index ? "th" : "td", ...cell(item, { align: item.type === "raw_number" ? "right" : "left" }))))));
    if (pages > 1) fill(foot, button("Previous", () => show(page - 1), { class: "button", disabled: page === 0 }), `${page + 1} of ${pages}`, button("Next", () => show(page + 1), { class: "button", disabled: page === pages - 1 }));
  };
  show(0);
  return h("div", {}, h("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": block.caption }, h("table", {}, h("caption", {}, block.caption),
    h("thead", {}, h("tr", {}, head.map((item) => h("th", ...cell(item))))), body)), foot);
}

const DRAW = {
  section: (block, surface) => h("div", { class: "section" },
    h("div", { class: "section-text" }, block.text && textObject(block.text),
      block.fields && h("div", { class: "fields" }, block.fields.map((one) => textObject(one)))),
    block.accessory && h("div", { class: "accessory" }, draw(block.accessory, surface))),
  header: (block) => h("h2", { class: "header" }, plain(block.text)),
  divider: () => h("hr"),
  context: (block) => h("div", { class: "context" }, block.elements.map((one) =>
    one.type === "image" ? picture(one, "context-image") : textObject(one))),
  actions: (block, surface) => h("div", { class: "actions" }, block.elements.map((one) => draw(one, surface))),
  context_actions: (block, surface) => h("div", { class: "context-actions" }, block.elements.map((one) => draw(one, surface))),
  image: (block) => h("figure", { class: "image" }, block.title && h("figcaption", {}, plain(block.title)), picture(block, "block-image")),
  input: (block, surface, errors) => input(block, surface, errors?.[block.block_id]),
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text),
  table: (block) => h("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, block.rows[0].map((item, at) => h("th", ...cell(item, block.column_settings?.[at]))))),
    h("tbody", {}, block.rows.slice(1).map((row) => h("tr", {}, row.map((item, at) => h("td", ...cell(item, block.column_settings?.[at])))))))),
  data_table: (block) => dataTable(block),
  task_card: (block) => task(block),
  plan: (block) => h("div", { class: "plan" }, h("b", {}, block.title), (block.tasks ?? []).map(task)),
  alert: (block) => h("div", { class: `alert ${block.level ?? "default"}`, role: "alert" }, icon("warning"), textObject(block.text)),
  card: (block, surface) => card(block, surface),
  carousel: (block, surface) => h("div", { class: "carousel" }, block.elements.map((one) => card(one, surface.of(one)))),
  container: (block, surface, errors) => container(block, surface, errors),
  file: (block) => h("div", { class: "file" }, icon("file"), block.external_id),
  video: (block) => h("div", { class: "video" }, h("b", {}, link(block.title_url ?? block.video_url, plain(block.title))),
    block.description && h("small", {}, plain(block.description)), picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "block-image")),
};

function input(block, surface, error) {
  const field = draw(block.element, surface, !block.dispatch_action);
  const label = h("span", { class: "label" }, plain(block.label), block.optional && h("small", {}, " (optional)"));
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type) || field.matches("details");
  const said = `said-${(count += 1)}`;
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input[role=combobox]");
  if (control) {
    control.id ||= `field-${count}`;
    control.setAttribute("aria-describedby", said);
    control.removeAttribute("aria-label");
    if (error) control.setAttribute("aria-invalid", "true");
  }
  const named = grouped ? h("legend", {}, label) : h("label", { for: control?.id }, label);
  return h(grouped ? "fieldset" : "div", { class: error ? "field wrong" : "field" }, named, field,
    h("div", { id: said }, error && h("span", { class: "error", role: "alert" }, icon("warning"), error),
      block.hint && h("small", { class: "hint" }, plain(block.hint))));
}

export function drawBlock(block, surface, errors) {
  return h("div", { class: "block" }, DRAW[block.type]?.(block, surface.of(block), errors) ?? h("span", { class: "unknown" }, `(${block.type})`));
}

export function drawBlocks(blocks, surface, errors) { return blocks.map((block) => drawBlock(block, surface, errors)); }

export function attachments(list, surface) {
  return list.map((one) => h("div", { class: "attachment" },
    one.pretext && mrkdwn(one.pretext), one.title && h("b", {}, one.title), one.text && mrkdwn(one.text),
    one.blocks && drawBlocks(one.blocks, surface)));
}
