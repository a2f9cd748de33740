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

ABILITIES = """Ask me
• which leads to call now, why, and what moved a chance;
• what is on record about a lead or deal, and what to do next with it;
• which deals are at risk, and what a period will bring;
• any figure of the books, such as “win rate by source last quarter”;
• who fits a lead best, and why it went to whom it went;
• what your playbook says, such as “how do I handle the price objection”;
• how far the ranking can be trusted, or to “brief me” on the day.
Tell me what came of a call (“just spoke to …, meeting booked”), until when to put a lead aside, or how often to nudge \
you: a click writes it down. Managers can also ask how the team is doing, for a plan that shares out leads, who the \
ideal customer is and what was missed in the last months."""
ASK = "Ask me “which leads should I call now” or “which deals are at risk”, or “what can you do” for the rest."
REPLIES: dict[str, str] = {
    GREETING: "Hello! Ask me “which leads should I call now”, or about any lead or figure of yours.",
    THANKS: "You're welcome.",
    HELP: ABILITIES,
    OUTSIDE: f"That is outside of what I know: I only answer from your company's sales records. {ASK}",
    LATER: f"I cannot do that yet. {ASK}",
    CHANGE: f"I change nothing in the books by word, only by a click on what I propose. {ASK}",
}
UNSURE = f"I am not sure what you are asking. {ASK}"
AMOUNT = "an amount"
ANY = "I cannot pick by {}, so this is the list without it."
WHOLE = "I cannot split by {}, so this is the whole."
