"""The doors are hung here: what the wing listens to and what it does unasked."""

import click
from flask import Flask

from channels import delivery
from channels.email import intake, listener
from channels.email.commands import mail
from helpdesk import jobs, outbox
from helpdesk.actions import deliver
from helpdesk.queries import due


def command() -> click.Command:
    """`helpdesk mail …`."""
    return mail


def init_app(app: Flask) -> None:
    """A released answer gets its way out; mail is drained, and answers leave."""
    app.extensions.setdefault("parts", {})["mail"] = listener.serve
    outbox.subscribe("delivery", {"reply_released"}, deliver.begin)
    jobs.add(jobs.Drain("mail", "mail", intake.drain, 1, due.mail_is_due, timeout_seconds=600))
    jobs.add(jobs.Drain("delivery", "delivery", delivery.drain, 1, due.delivery_is_due, timeout_seconds=1800))
