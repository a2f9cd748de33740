// The things in blocks that one can press, choose or fill in.
//
// A surface is what they stand in (a message or a view): it keeps what was entered and sends what was done.

import { button, h, icon, openMenu } from "./dom.js";
import { one, several, suggested } from "./choices.js";
import { plain } from "./text.js";
import { act, store, upload } from "./store.js";

export function surfaceOf(where, key) {
  if (!store.entered.has(key)) store.entered.set(key, {});
  const entered = store.entered.get(key);
  // The same action may stand in many blocks, so what is entered and sent says in which one it was done.
  const of = ({ block_id }) => ({
    key: `${key}/${block_id}`, of, entered: (entered[block_id] ??= {}),
    send: (element, value) => act("click", { ...where, block_id, action_id: element.action_id, value, entered }),
    suggest: (element, typed) => act("suggest", { ...where, block_id, action_id: element.action_id, typed }),
  });
  return { entered, of };
}

// Shows an element as busy until the app has acked, and as failed when it did not.
async function send(surface, element, value, node) {
  if (node.classList.contains("busy")) return;
  node.classList.remove("failed");
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  const answer = await surface.send(element, value);
  node.classList.remove("busy");
  node.removeAttribute("aria-busy");
  if (answer.acked === false || answer.error) {
    node.classList.add("failed");
    node.title = answer.error ?? "This app did not respond. Try again.";
  }
}

function confirmed(element, then) {
  if (!element.confirm) return then();
  const { title, text, confirm, deny, style } = element.confirm;
  const dialog = h("dialog", { class: "confirm" },
    h("h2", {}, plain(title)), h("p", {}, plain(text)),
    h("div", { class: "modal-foot" },
      button(plain(deny), () => dialog.remove(), { class: "button" }),
      button(plain(confirm), () => { dialog.remove(); then(); }, { class: `button ${style ?? "primary"}` })));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return undefined;
}

// An entry is kept, and sent at once unless it stands in a form that is sent as a whole.
function entry(surface, element, waits) {
  return (value, node) => {
    surface.entered[element.action_id] = value;
    if (!waits) confirmed(element, () => send(surface, element, value, node));
  };
}

function start(surface, element, initial) { return surface.entered[element.action_id] ?? initial ?? ""; }

function picks(element, surface, waits, type) {
  const initial = type === "radio" ? element.initial_option?.value : (element.initial_options ?? []).map((one) => one.value);
  const chosen = [start(surface, element, initial)].flat();
  const changed = entry(surface, element, waits);
  const node = h("div", { class: "picks", role: type === "radio" ? "radiogroup" : "group" }, element.options.map((option) =>
    h("label", { class: "pick" },
      h("input", { type, name: `${surface.key}/${element.action_id}`, value: option.value, checked: chosen.includes(option.value),
        onchange: () => {
          const values = [...node.querySelectorAll("input:checked")].map((one) => one.value);
          changed(type === "radio" ? values[0] ?? null : values, node);
        } }),
      h("span", {}, plain(option.text), option.description && h("small", {}, plain(option.description))))));
  return node;
}

function field(element, surface, waits, type, initial, more = {}) {
  const acts = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const changed = entry(surface, element, waits);
  const tag = more.multiline ? "textarea" : "input";
  const node = h(tag, {
    class: "input", "aria-label": plain(element.placeholder) || type, ...(tag === "input" ? { type } : { rows: "4" }), placeholder: plain(element.placeholder),
    maxlength: element.max_length?.toString(), minlength: element.min_length?.toString(), step: more.step,
    min: element.min_value, max: element.max_value, autofocus: element.focus_on_load,
    oninput: () => {
      surface.entered[element.action_id] = more.read ? more.read(node.value) : node.value;
      if (more.pick || acts.includes("on_character_entered")) changed(surface.entered[element.action_id], node);
    },
    onkeydown: (event) => { if (event.key === "Enter" && !waits && tag === "input") { event.preventDefault(); changed(node.value, node); } },
  });
  const value = start(surface, element, initial);
  node.value = more.show ? more.show(value) : value;
  return node;
}

const localTime = {
  show: (seconds) => (seconds ? new Date(seconds * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : ""),
  read: (value) => (value ? Math.floor(new Date(value).getTime() / 1000) : null),
};

const DRAW = {
  button(element, surface) {
    const node = h("button", { type: "button", class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label,
      onclick: () => {
        if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener");
        confirmed(element, () => send(surface, element, null, node));
      } }, plain(element.text));
    return node;
  },
  workflow_button: (element, surface) => DRAW.button(element, surface),
  overflow(element, surface) {
    const node = button(icon("more"), () => openMenu(node, element.options.map((option) => ({
      words: plain(option.text), choose: () => confirmed(element, () => send(surface, element, option.value, node)),
    }))), { class: "button square", "aria-label": "More actions" });
    return node;
  },
  image: (element) => picture(element, "accessory-image"),
  checkboxes: (element, surface, waits) => picks(element, surface, waits, "checkbox"),
  radio_buttons: (element, surface, waits) => picks(element, surface, waits, "radio"),
  datepicker: (element, surface, waits) => field(element, surface, waits, "date", element.initial_date, { pick: true }),
  timepicker: (element, surface, waits) => field(element, surface, waits, "time", element.initial_time, { pick: true }),
  datetimepicker: (element, surface, waits) => field(element, surface, waits, "datetime-local", element.initial_date_time, { pick: true, ...localTime }),
  plain_text_input: (element, surface, waits) => field(element, surface, waits, "text", element.initial_value, { multiline: element.multiline }),
  email_text_input: (element, surface, waits) => field(element, surface, waits, "email", element.initial_value),
  url_text_input: (element, surface, waits) => field(element, surface, waits, "url", element.initial_value),
  number_input: (element, surface, waits) => field(element, surface, waits, "number", element.initial_value, { step: element.is_decimal_allowed ? "any" : "1" }),
  rich_text_input: (element, surface, waits) => field(element, surface, waits, "text", "", {
    multiline: true,
    read: (value) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }] }),
    show: (value) => value?.elements?.[0]?.elements?.[0]?.text ?? "",
  }),
  file_input(element, surface, waits) {
    const changed = entry(surface, element, waits);
    const node = h("input", { class: "input", type: "file", multiple: (element.max_files ?? 10) > 1, accept: element.filetypes?.map((one) => `.${one}`).join(","),
      onchange: async () => {
        const files = await Promise.all([...node.files].slice(0, element.max_files ?? 10).map(upload));
        changed(files.map((one) => one.id), node);
      } });
    return node;
  },
  feedback_buttons(element, surface) {
    const side = (name, shape) => {
      const one = element[name];
      const node = h("button", { type: "button", class: "thumb", title: plain(one.text), "aria-label": one.accessibility_label ?? plain(one.text), "aria-pressed": "false",
        onclick: async () => { await send(surface, element, one.value, node); mark(node); } }, icon(shape));
      return node;
    };
    const both = [side("positive_button", "up"), side("negative_button", "thumbdown")];
    const mark = (pressed) => both.forEach((one) => one.setAttribute("aria-pressed", String(one === pressed && !one.classList.contains("failed"))));
    return h("span", { class: "thumbs" }, both);
  },
  icon_button(element, surface) {
    const node = button(icon("trash"), () => confirmed(element, () => send(surface, element, null, node)),
      { class: "thumb", title: plain(element.text), "aria-label": plain(element.text) });
    return node;
  },
};
// The menus, each as one and as several.
for (const kind of ["static", "users", "conversations", "channels"]) {
  DRAW[`${kind}_select`] = (element, surface, waits) => one(element, surface, entry(surface, element, waits));
  DRAW[`multi_${kind}_select`] = (element, surface, waits) => several(element, surface, entry(surface, element, waits));
}
DRAW.external_select = (element, surface, waits) => suggested(element, surface, entry(surface, element, waits));
DRAW.multi_external_select = (element, surface, waits) => suggested(element, surface, entry(surface, element, waits), { multiple: true });

export function picture(element, name) {
  const url = element.image_url ?? element.slack_file?.url ?? "";
  // Only pictures of this workspace are shown: the page asks nothing of other machines.
  if (url.startsWith("/") || url.startsWith(location.origin) || url.startsWith("data:image/")) {
    return h("img", { class: name, src: url, alt: element.alt_text });
  }
  return h("span", { class: `${name} no-image`, role: "img", "aria-label": element.alt_text }, element.alt_text);
}

export function draw(element, surface, waits = false) {
  return DRAW[element.type]?.(element, surface, waits) ?? h("span", { class: "unknown" }, `(${element.type})`);
}
