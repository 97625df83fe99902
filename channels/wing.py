"""The doors are hung here: what the wing listens to and what it does unasked."""

import click
from flask import Flask

from channels import delivery
from channels.email import connection_check, intake, listener, mailboxes, oauth
from channels.email.commands import mail
from helpdesk import jobs, outbox
from helpdesk.actions import acknowledge, deliver
from helpdesk.queries import due


def command() -> click.Command:
    """`helpdesk mail …`."""
    return mail


def init_app(app: Flask) -> None:
    """A released answer gets its way out; mail is drained, and answers leave."""
    app.extensions.setdefault("parts", {}).update({"mail": listener.serve, "mailboxes": mailboxes.serve})
    outbox.subscribe("delivery", {"reply_released"}, deliver.begin)
    outbox.subscribe("acknowledge", {"ticket_opened"}, acknowledge.acknowledge, acknowledge.wanted)
    jobs.add(jobs.Drain("mail", "mail", intake.drain, 1, due.mail_is_due, timeout_seconds=600))
    jobs.add(jobs.Drain("delivery", "delivery", delivery.drain, 1, due.delivery_is_due, timeout_seconds=1800))
    jobs.add(jobs.Drain("connection_check", "slow", connection_check.drain, 2, due.connection_check_is_due, timeout_seconds=300))
    jobs.add(jobs.Drain("consent", "slow", oauth.exchange_codes, 5, due.consent_is_due))
