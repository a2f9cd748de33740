"""What of a page a browser would not show, as far as its elements say so; style sheets are not followed."""

from __future__ import annotations

import re
from typing import Any

DROPPED = frozenset(
    ("script", "style", "template", "noscript", "head", "iframe", "object", "svg", "nav", "form", "button", "select")
) | {"audio", "canvas", "datalist", "noembed", "noframes", "textarea", "title", "video"}
NOTHING = r"\s*:\s*(0+(\.0\d*)?|\.0\d*)(?![\d.])"
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|clip\s*:\s*rect\(0|(text-indent|left|top)\s*:\s*-\d{3}"
    rf"|(font-size|opacity|max-height){NOTHING}|font-size\s*:\s*[01](\.\d+)?(px|pt)"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INK = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)")
PAPER = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)")
NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
# Colours that differ by less, in any of red, green and blue of 255, look the same.
ALIKE = 16

Color = tuple[int, ...]


def is_hidden(element: Any) -> bool:
    """Whether a browser would show nothing of an element."""
    return (
        element.tag in DROPPED
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or (element.tag == "dialog" and "open" not in element.attrib)
        or bool(HIDDEN.search(_style(element)))
        or _is_camouflaged(element)
    )


def _is_camouflaged(element: Any) -> bool:
    """Whether its letters have the colour of the paper, such as white on white."""
    said = INK.search(_style(element))
    words = said[1] if said else element.get("color")
    if not words:
        return False
    ink = _color(words)
    if ink == ():
        return True
    paper = _paper(element)
    return bool(ink and paper) and all(abs(a - b) < ALIKE for a, b in zip(ink or (), paper or (), strict=True))


def _paper(element: Any) -> Color | None:
    """The colour behind an element; None where it cannot be told."""
    for each in (element, *element.iterancestors()):
        said = PAPER.search(_style(each))
        if words := said[1] if said else each.get("bgcolor"):
            color = _color(words)
            if color != ():
                return color
    page = element.getroottree()
    return None if page.find(".//style") is not None or page.find(".//link[@rel]") is not None else NAMED["white"]


def _style(element: Any) -> str:
    return COMMENT.sub("", element.get("style", "")).lower()


def _color(words: str) -> Color | None:
    """Red, green and blue in 0 to 255; nothing of what is transparent, None where it is written in another way."""
    words = "".join(words.lower().split())
    if words == "transparent" or re.fullmatch(r"(rgba|hsla)\(.*,0?\.?0+%?\)", words):
        return ()
    if found := re.fullmatch(r"#([0-9a-f]{3})|#([0-9a-f]{6})", words):
        digits = found[2] or "".join(2 * each for each in found[1])
        return tuple(bytes.fromhex(digits))
    if found := re.fullmatch(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(,[\d.%]+)?\)", words):
        return tuple(map(int, found.groups()[:3]))
    return NAMED.get(words)
