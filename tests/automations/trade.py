"""A desk with a starter pack in force, and customers that write to it."""

from dataclasses import replace
from typing import Any

from automations.packs import reader
from automations.sla import public_holidays
from helpdesk.actions import change, drain_outbox, due_moments, packs
from helpdesk.actions.receive import receive
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Message, Pack, RuleRun
from tests.factories import Clock, SmallDesk

Step = tuple[str, str]
"""("type", "status" or "tag", its name in the pack)."""


def installed(desk: SmallDesk, key: str, **changes: Any) -> packs.Outcome:
    pack = replace(reader.pack(key), **changes)
    teams = dict(zip((one.key for one in pack.teams), (desk.ids["repairs"], desk.ids["returns"]), strict=False))
    known = public_holidays.of_year("SA", 2026)
    return packs.install(desk.viewer("admin"), pack, teams, known)


class Trade:
    """A desk with one pack in force, and the customers that write to it: all of them at once, in days that pass for all."""

    def __init__(self, desk: SmallDesk, clock: Clock, key: str) -> None:
        self.desk, self.clock, self.pack, self.numbers = desk, clock, reader.pack(key), list[int]()
        installed(desk, key)
        packs.switch_on(desk.viewer("admin"), key)
        self.ids = {piece.place: db.session.get_one(Pack, key).made["pieces"][piece.place][0] for piece in self.pack.pieces}
        self.words = self.pack.words("ar")

    def live_through(self, stories: list[tuple[list[Step], Any]]) -> None:
        """First mails; a day later what agents do, then the second mails; then the longest time that anybody waits for."""
        first = [said if not before and isinstance(said, str) else "السلام عليكم" for before, said in stories]
        mails = [self.desk.mail(text, sender=f"customer{place}@example.com", authentication="pass", subject="مرحبًا")
                 for place, text in enumerate(first)]  # fmt: skip
        self.numbers = [receipt.ticket_id for receipt in receive(mails)]
        settle()
        self.clock.move(hours=25)
        for number, (before, _said) in zip(self.numbers, stories, strict=True):
            self.make(number, before)
        settle()
        for number, (before, said) in zip(self.numbers, stories, strict=True):
            if before and not isinstance(said, int):
                self.write(number, said)
        settle()
        for _day in range(max((said for _before, said in stories if isinstance(said, int)), default=0) // 24):
            self.clock.move(hours=24)
            settle()

    def make(self, number: int, steps: list[Step]) -> None:
        """By an agent, at once."""
        changes = {"status": change.set_status, "type": lambda value: change.set_type(self.ids[f"type:{value}"]),
                   "tag": lambda value: change.tag(self.words[f"tag:{value}"])}  # fmt: skip
        if steps:
            change.change(self.desk.viewer("admin"), number, *(changes[what](value) for what, value in steps))

    def write(self, number: int, said: Any) -> None:
        """One more mail of that customer."""
        first = db.session.query(Message).filter_by(ticket_id=number).order_by(Message.id).first()
        assert first is not None
        files, text = ([said], "في المرفقات") if isinstance(said, StoredFile) else ([], said)
        told = {"in_reply_to": first.external_id, "sender": first.from_address, "authentication": "pass", "files": files}
        assert receive([self.desk.mail(text, **told)])[0].ticket_id == number

    def fired(self, rule: str, number: int) -> list[dict[str, Any]]:
        """What the rule did to the ticket, if anything."""
        known = [self.ids[place] for place in (f"trigger:{rule}", f"timed:{rule}") if place in self.ids]
        runs = db.session.query(RuleRun).filter(RuleRun.rule_id.in_(known), RuleRun.ticket_id == number, RuleRun.matched)
        return [line for run in runs for line in run.did]


def settle() -> None:
    drain_outbox.drain()
    due_moments.drain()
    drain_outbox.drain()
    db.session.rollback()
