// The short names of emoji that sales talk and answers use; others are shown by their names.

const NAMES = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 eyes 👀 white_check_mark ✅ heavy_check_mark ✔️ x ❌ warning ⚠️ fire 🔥 tada 🎉 rocket 🚀
wave 👋 raised_hands 🙌 clap 👏 pray 🙏 heart ❤️ smile 😄 slightly_smiling_face 🙂 thinking_face 🤔 joy 😂 cry 😢 sweat_smile 😅
phone ☎️ telephone_receiver 📞 calling 📲 email 📧 envelope ✉️ incoming_envelope 📨 calendar 📅 date 📅 spiral_calendar_pad 🗓️
alarm_clock ⏰ hourglass ⌛ hourglass_flowing_sand ⏳ clock1 🕐 clock3 🕒 clock9 🕘 stopwatch ⏱️ moneybag 💰 dollar 💵 euro 💶
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 bulb 💡 mag 🔍 memo 📝 pencil ✏️ clipboard 📋 pushpin 📌
star ⭐ star2 🌟 trophy 🏆 medal 🏅 dart 🎯 gem 💎 bell 🔔 no_bell 🔕 zzz 💤 mute 🔇 lock 🔒 unlock 🔓 key 🔑 gear ⚙️ robot_face 🤖
arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️ arrows_counterclockwise 🔄 small_red_triangle 🔺 small_red_triangle_down 🔻
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 red_circle 🔴 large_green_circle 🟢
large_yellow_circle 🟡 large_orange_circle 🟠 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ information_source ℹ️ question ❓
exclamation ❗ no_entry ⛔ no_entry_sign 🚫 sunrise 🌅 sunny ☀️ coffee ☕ office 🏢 house 🏠 globe_with_meridians 🌐 handshake 🤝
busts_in_silhouette 👥 bust_in_silhouette 👤 muscle 💪 point_right 👉 sparkles ✨ snowflake ❄️ seedling 🌱 books 📚 link 🔗 brain 🧠
`.trim().split(/\s+/);

export const EMOJI = new Map();
for (let at = 0; at < NAMES.length; at += 2) EMOJI.set(NAMES[at], NAMES[at + 1]);

export function emoji(name) { return EMOJI.get(name.split("::")[0]) ?? `:${name}:`; }
