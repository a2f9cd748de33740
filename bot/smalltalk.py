"""Questions that no tool answers, and what is honestly said to them; the planner learns these kinds too."""

from __future__ import annotations

from importlib.resources import files

GREETING, THANKS, HELP, OUTSIDE, LATER, CHANGE = "greeting", "thanks", "help", "outside", "later", "change"
# What is said to be none of our business may still stand in the company's documents.
TURNED_AWAY = (OUTSIDE, LATER)

KINDS = (GREETING, THANKS, HELP, OUTSIDE, LATER, CHANGE)
# What people say of each kind, a line each in the files of `talk`.
PHRASES: dict[str, tuple[str, ...]] = {
    kind: tuple((files("bot") / "talk" / f"{kind}.txt").read_text(encoding="utf-8").splitlines()) for kind in KINDS
}

ABILITIES = (
    "I can say which leads to call now and why, explain a lead's chance and why it moved, show a lead's record, say "
    "which deals are at risk and what to do next with a deal or lead, forecast a period's bookings, say how good the "
    "ranking is, who fits a lead best and why it went to whom it went, report any figure of the books (for example "
    "“win rate by source last quarter”), quote the company's playbook (“how do I handle the price objection”), and "
    "brief you on your day (“brief me”). Tell me what came of a call (“just spoke to …, meeting booked”), until when "
    "to put a lead aside, or how often to nudge you, and a click writes it down. Managers can also ask how their team "
    "is doing and who needs help, for a plan that shares out leads, who the ideal customer is and what was missed in "
    "the last months."
)
REPLIES: dict[str, str] = {
    GREETING: "Hello! Ask me “which leads should I call now”, or about any lead or figure of yours.",
    THANKS: "You're welcome.",
    HELP: ABILITIES,
    OUTSIDE: f"That is outside of what I know: I only answer from your company's sales records. {ABILITIES}",
    LATER: f"I cannot do that yet. {ABILITIES}",
    CHANGE: f"I change nothing in the books by word, only by a click on what I propose. {ABILITIES}",
}
UNSURE = f"I am not sure what you are asking. {ABILITIES}"
ANY_AMOUNT = "I cannot pick by an amount, so this is the list without it."
