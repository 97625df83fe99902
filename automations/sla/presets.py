"""Weeks that many desks have, to begin with."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from automations.sla.hours import ALWAYS, Period, Week

OFFICE: tuple[Period, ...] = ((540, 1020),)
SHORT: tuple[Period, ...] = ((540, 780),)
SPLIT: tuple[Period, ...] = ((600, 780), (960, 1380))
EVENING: tuple[Period, ...] = ((960, 1380),)


@dataclass(frozen=True)
class Preset:
    """A name and a week, Monday first."""

    label: LazyString
    week: Week


PRESETS: dict[str, Preset] = {
    "office": Preset(_l("Sunday to Thursday, 9 to 17"), (OFFICE, OFFICE, OFFICE, OFFICE, (), (), OFFICE)),
    "six_days": Preset(_l("Saturday to Thursday, Thursday until 13"), (OFFICE, OFFICE, OFFICE, SHORT, (), OFFICE, OFFICE)),
    "retail": Preset(_l("Shop: 10 to 13 and 16 to 23, Friday evening only"), (SPLIT, SPLIT, SPLIT, SPLIT, EVENING, SPLIT, SPLIT)),
    "always": Preset(_l("Around the clock"), ALWAYS),
}
"""All of them in the desk's own time zone, Asia/Riyadh where nobody chose another."""
