"""The running site for tests of pages: browsers without a screen, and one of everything that an address can name."""

import os
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from helpdesk import store
from helpdesk.actions import (
    calendars,
    canned,
    holidays,
    macros,
    practice,
    rules,
    saved_views,
    sessions,
    sla_policies,
    ticket_types,
    webhooks,
)
from helpdesk.actions.draft import attach
from helpdesk.actions.notices import notify
from helpdesk.actions.raw import put_aside, store_raw
from helpdesk.actions.receive import receive
from helpdesk.actions.rule_tasks import ask_simulation
from helpdesk.actions.rules import RuleChange
from helpdesk.actions.transaction import transaction
from helpdesk.extensions import db
from helpdesk.incoming import StoredFile
from helpdesk.models import Address, Agent, Attachment, Desk, LongTask, Notice, SlaTarget, WebhookTelling
from tests.factories import NOW, SmallDesk

PNG = bytes.fromhex(  # a pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63f80f040009fb03fdfb5e6b2b0000000049454e44ae426082"
)
OTHERS = {"agent": "lina", "team": "returns", "inbox": "parcels"}  # whom an address of the settings names
LETTER = b"From: a@example.com\r\nTo: b@example.com\r\nMessage-ID: <p@example.com>\r\nSubject: Hello\r\n\r\nHello\r\n"

SOLVE: dict[str, Any] = {"on": [], "if": {}, "then": [{"do": "set_status", "value": "solved"}], "stop": False}


WORDS = {"<token>": "x" * 43, "<path:filename>": "manifest.json", "<key>": "repair", "<stage>": "outbox"}
"""What an address may name beside ids."""


@dataclass
class Site:
    """`ids` holds one of everything in the ticket of the support inbox, which rana and huda see and omar and lina do not."""

    app: Flask
    desk: SmallDesk
    ids: dict[str, int] = field(default_factory=dict)

    def fill(self) -> None:
        """A demo desk with a ticket, its mail, a file, a draft with a file, a raw mail and a practice mail."""
        with self.app.app_context():
            raw_id, held_id = (store_raw(self.desk.ids["support"], LETTER, "pipe") for _ in range(2))
            put_aside(held_id, "held", "absence", "absence", {"from": "b@example.com", "subject": "Away"})
            file = StoredFile("photo.png", "image/png", len(PNG), store.keep(PNG)[0])
            mail = self.desk.mail(raw_message_id=raw_id, files=[file], html="<p>My printer</p>")
            receipt = receive([mail])[0]
            draft_file = attach(self.desk.viewer("rana"), receipt.ticket_id, "reply", file)
            with transaction() as session:
                session.get_one(Desk, 1).demo = True
            mail_id = practice.keep("support@example.com", ["noura@example.com"], "Hello", LETTER)
            reply = canned.create(self.desk.viewer("admin"), canned.CannedChange("Hello", "", "", {"en": "Hello"}, personal=False))
            calendar = calendars.create(calendars.CalendarChange("Office", "المكتب", "Asia/Riyadh", [[[540, 1020]]] * 7))
            ramadan = calendars.create_range(calendars.RangeChange(
                None, "Ramadan", "رمضان", date(2027, 2, 8), date(2027, 3, 8), [[[600, 960]]] * 7))
            day = holidays.create(holidays.HolidayChange(None, "Day", "يوم", date(2027, 9, 23), date(2027, 9, 23), []))
            self.ids = self.told(receipt.ticket_id) | self.ruled() | self.promised(receipt.ticket_id) | {
                "calendar_id": calendar.id, "range_id": ramadan.id, "holiday_id": day.id,
                "reply_id": reply.id,
                "macro_id": macros.create(self.desk.viewer("admin"), RuleChange("macro", "Solve", "حل", SOLVE)).id,
                "view_id": saved_views.create(
                    self.desk.viewer("admin"), saved_views.ViewChange("Urgent", "العاجلة", ("open",), {"all": []})).id,
                "type_id": ticket_types.add("Repair").id,
                "number": receipt.ticket_id,
                "message_id": receipt.message_id,
                "attachment_id": db.session.scalars(select(Attachment.id).where(Attachment.message_id == receipt.message_id)).one(),
                "draft_file": draft_file.id,
                "held_id": held_id,
                "address_id": db.session.scalars(select(Address.id)).one(),
                "mail_id": mail_id,
                "session_id": 1,
                **{f"{kind}_id": self.desk.ids[name] for kind, name in OTHERS.items()},
            }
            db.session.remove()

    def told(self, number: int) -> dict[str, int]:
        """A webhook with what it is to be told, and a notice and a slow task of rana's."""
        webhook_id, _ = webhooks.create(webhooks.WebhookChange("Shop", "https://shop.example.com/hook"))
        webhooks.test(webhook_id)
        with transaction() as session:
            task = LongTask(kind="count", asked={}, agent_id=self.desk.ids["rana"], created_at=NOW)
            session.add(task)
            notify(session, [self.desk.ids["rana"]], number, {"kind": "rule_told", "rule": "Late parts"})
        telling_id, notice_id = (db.session.scalars(select(model.id)).one() for model in (WebhookTelling, Notice))
        return {"webhook_id": webhook_id, "task_id": task.id, "telling_id": telling_id, "notice_id": notice_id}

    def ruled(self) -> dict[str, int]:
        """A rule with one version and a simulation of it."""
        admin, says = self.desk.viewer("admin"), SOLVE | {"on": ["message_received"], "if": {"all": []}}
        rule_id = rules.create(admin, RuleChange("trigger", "Late parts", "قطع متأخرة", says)).id
        return {"rule_id": rule_id, "version": 1, "simulation_id": ask_simulation(admin, rule_id, "trigger", says, 7)}

    def promised(self, number: int) -> dict[str, int]:
        """A policy that is switched off, and a target of the ticket under it."""
        says = {"if": {}, "targets": {"first_response": {"default": {"amount": 2, "unit": "hours"}}}, "steps": []}
        policy = sla_policies.create(self.desk.viewer("admin"), sla_policies.PolicyChange("Shop", "المتجر", says))
        with transaction() as session:
            target = SlaTarget(
                ticket_id=number, version_id=policy.version_id, name="first_response", state="met", started_at=NOW, due_at=NOW,
                ended_at=NOW)
            session.add(target)
        return {"policy_id": policy.id, "target_id": target.id}

    def client(self, who: str | None = None) -> FlaskClient:
        """A browser in which that person is signed in."""
        client = self.app.test_client()
        if who is not None:
            with self.app.app_context(), transaction() as session:
                token = sessions.open_session(session, session.get_one(Agent, self.desk.ids[who]), sessions.Browser("127.0.0.1", "Firefox"))
            with client.session_transaction() as cookie:
                cookie["token"] = token
        return client

    def token(self, client: FlaskClient) -> str:
        """The form token that goes with that browser's cookie."""
        with client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", os.urandom(20).hex())
        return str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw))

    def post(self, client: FlaskClient, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """A form of that browser's own page."""
        return client.post(path, data={"csrf_token": self.token(client), **(data or {})}, **more)

    def path(self, rule: str, **others: int | str) -> str:
        """A route's address with this desk's ids in it."""
        for name, value in (self.ids | others).items():
            rule = rule.replace(f"<int(max=2147483647):{name}>", str(value)).replace(f"<int:{name}>", str(value))
        for name, word in WORDS.items():
            rule = rule.replace(name, word)
        return rule

    def routes(self, method: str) -> list[tuple[str, str]]:
        """(rule, who may come in) of every route with that method but the static files."""
        return sorted(
            (rule.rule, getattr(self.app.view_functions[rule.endpoint], "allowed_for", ""))
            for rule in self.app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint != "static"
        )
