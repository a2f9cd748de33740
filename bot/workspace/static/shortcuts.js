// The app's shortcuts, as entries of a menu.

import { h } from "./dom.js";
import { act, store, tell } from "./store.js";

export function shortcutsOf(type, where = {}) {
  return store.app.shortcuts.filter((one) => one.type === type).map((one) => ({
    words: [h("span", { class: "menu-words" }, h("span", {}, one.name), h("small", { class: "muted" }, one.description))],
    choose: async () => {
      const answer = await act("shortcut", { ...where, callback_id: one.callback_id });
      if (!answer.acked) tell(`${store.app.app_name} did not respond to “${one.name}”. Try again.`);
    },
  }));
}
