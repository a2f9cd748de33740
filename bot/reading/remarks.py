"""What somebody adds to an outcome: "Jane did not pick up, will try again on Monday" notes the second half."""

from __future__ import annotations

import re

from tools.outcomes import NOTE_LIMIT

_MARKED = re.compile(r"\b(?:notes?|remark|comment)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
# What parts a remark from the outcome before it.
_APART = re.compile(
    r"\s*(?:[,;:.!–—-]+\s*(?:and |but )?|(?= (?:for|on|at|in|next|because|since|to a|to the) ))(.+)",
    re.IGNORECASE | re.DOTALL,
)


def note(text: str, after: int) -> str | None:
    """The remark in a text: what is marked as one, or in quotes, or follows the place where the outcome is said."""
    if marked := _MARKED.search(text):
        found = marked[1]
    elif quoted := _QUOTED.search(text):
        found = quoted[1] or quoted[2]
    else:
        apart = _APART.match(text, after)
        found = apart[1] if apart else ""
    words = found.strip(" .,;\n")
    # A word alone is no remark: "…, please".
    return words[:NOTE_LIMIT] if len(words.split()) > 1 else None
