"""Canned replies as a table of a spreadsheet: a row per reply and language, UTF-8. Pure.

A cell that a spreadsheet would take for a formula carries an apostrophe in front (safety S25), which is taken off again on the way in.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.errors import Invalid
from helpdesk.fields import Fields

COLUMNS = ("folder", "folder_ar", "name", "name_ar", "team", "language", "text")
NEEDED = ("name", "language", "text")
MOST_BYTES, MOST_ROWS = 400_000, 2000
FORMULA = re.compile(r"""['"‘’“”\s]*[=+\-@\t\r＝＋－＠]""")


@dataclass(frozen=True)
class Row:
    """One text of one reply; `number` is the row as the spreadsheet counts, the head being 1. `team` "" is everybody's."""

    folder: str
    name: str
    name_ar: str
    team: str
    language: str
    text: str
    number: int = 0
    folder_ar: str = ""


def write(rows: Iterable[Row]) -> bytes:
    """The file, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows([guarded(getattr(row, column)) for column in COLUMNS] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` made of it, taken back."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell


def decoded(content: bytes) -> str:
    """The file as text; Invalid for one that is too large or in another coding."""
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is too large. Split it into files of at most %(size)s kB.", size=MOST_BYTES // 1000), "file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("This is no UTF-8. Save the table as “CSV UTF-8” and choose it again."), "file") from error


def read(text: str) -> list[Row]:
    """The rows; Invalid for a text that is no such table. Columns may stand in any order, and be parted by semicolons or tabs."""
    head, _rest = (text.removeprefix("\ufeff") + "\n").split("\n", 1)
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[Row] = []
    try:
        names = [cell.strip().casefold() for cell in next(table, [])]
        if lacking := [name for name in NEEDED if name not in names]:
            raise Invalid(_("The first row has to name the columns. Missing: %(names)s.", names=", ".join(lacking)), "file")
        for number, cells in enumerate(table, 2):
            if any(cells[len(names):]):
                raise Invalid(_("Row %(row)s has more cells than the first row.", row=number), "file")
            if any(cell.strip() for cell in cells):
                rows.append(row_of(dict(zip(names, cells, strict=False)), number))
    except csv.Error as error:
        words = _("Row %(row)s could not be read. Look for a quotation mark that is not closed.", row=len(rows) + 2)
        raise Invalid(words, "file") from error
    if not rows or len(rows) > MOST_ROWS:
        at_most = ngettext("At most %(num)s row at once.", "At most %(num)s rows at once.", MOST_ROWS)
        raise Invalid(at_most if rows else _("There is no row in this table."), "file")
    return rows


def row_of(cells: dict[str, str], number: int) -> Row:
    """A row in the same spelling as what is typed into a form."""
    fields = Fields({name: unguarded(cells.get(name, "")) for name in COLUMNS})
    folder, folder_ar, name, name_ar, team = (fields.line(column, 100_000) for column in COLUMNS[:5])
    language, text = fields.line("language").casefold(), fields.block("text", 100_000)
    return Row(folder or folder_ar, name or name_ar, name_ar, team, language, text, number, folder_ar)
