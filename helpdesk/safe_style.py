"""Inline styles by an allow-list of properties and of the shape of values (safety S18): no place, no URL, no escape."""

import re

SIDES = ("", "-top", "-right", "-bottom", "-left", "-inline-start", "-inline-end")
PROPERTIES = (
    {"background-color", "background", "color", "direction", "display", "font", "font-family", "font-size", "font-style", "font-variant",
     "font-weight", "letter-spacing", "line-height", "list-style", "list-style-type", "text-align", "text-decoration", "text-indent",
     "text-transform", "unicode-bidi", "vertical-align", "white-space", "word-break", "word-spacing", "overflow-wrap", "word-wrap",
     "border-collapse", "border-spacing", "border-radius", "border-color", "border-style", "border-width", "caption-side", "empty-cells",
     "table-layout", "width", "height", "max-width", "min-width", "max-height", "min-height"}
    | {f"margin{side}" for side in SIDES} | {f"padding{side}" for side in SIDES} | {f"border{side}" for side in SIDES}
    | {f"border{side}-{what}" for side in SIDES[1:5] for what in ("color", "style", "width")}
)
# Letters, digits and the few signs that sizes, colours and font names need; functions only for colours.
VALUE = re.compile(r"(?:[\w\s.,#%'+!-]|rgba?\([\d\s.,%/]+\)|hsla?\([\d\s.,%/deg]+\))*", re.ASCII)
DISPLAYS = {"none", "block", "inline", "inline-block", "table", "table-row", "table-cell", "list-item"}
HUGE = re.compile(r"(?<![\w#.])\d{5,}|-\s*\d")
MAX_STYLE = 4_000


def safe_style(style: str) -> str:
    """The declarations that may stay, as one line; "" when none may."""
    if len(style) > MAX_STYLE or "\\" in style or "/*" in style:
        return ""
    kept = []
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if colon and _is_harmless(name, value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _is_harmless(name: str, value: str) -> bool:
    if name not in PROPERTIES or not value or not VALUE.fullmatch(value):
        return False
    if name == "display":
        return value.lower() in DISPLAYS
    # Negative margins and indents move text over other text; sizes of many digits push it out of sight.
    return not (name.startswith(("margin", "text-indent", "letter-spacing", "word-spacing")) and "-" in value) and not HUGE.search(value)
