"""Webhooks: who outside is told, what became of it, and telling it again. For admins."""

import inspect
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from automations.web import webhook_words as words
from automations.webhooks import receiver
from helpdesk import egress
from helpdesk.actions import webhooks
from helpdesk.actions.webhook_tellings import TOLD_OF
from helpdesk.errors import Invalid
from helpdesk.fields import Fields, id_in, problems_of
from helpdesk.models import Webhook
from helpdesk.queries import webhooks as shown
from helpdesk.visit.access import allow, viewer
from helpdesk.visit.forms import typed

blueprint = Blueprint("webhooks", __name__, template_folder="../templates")
ONE = "/webhooks/<int:webhook_id>"
TELLING = f"{ONE}/tellings/<int:telling_id>"


@blueprint.get("/webhooks")
@allow("admin")
def index() -> Response:
    """The list."""
    return make_response(render_template("webhooks/list.html", rows=shown.every(viewer()), state_of=words.state_of))


@blueprint.get("/webhooks/new")
@allow("admin")
def new() -> Response:
    """The form of a new webhook."""
    return form_of({"kinds": []})


@blueprint.post("/webhooks")
@allow("admin")
def create() -> Response:
    """A new webhook; the answer shows its secret, this once."""
    fields = Fields(request.form)
    asked = read(fields)
    try:
        fields.check()
        webhook_id, secret = webhooks.create(asked)
    except Invalid as refusal:
        return form_of(typed_values(), problems_of(refusal), 422)
    return secret_page(webhook_id, secret)


@blueprint.get(ONE)
@allow("admin")
def show(webhook_id: int) -> Response:
    """How it is doing, its form and its log."""
    webhook = shown.one(viewer(), webhook_id).webhook
    return page(webhook_id, {"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds, "with_texts": webhook.with_texts})


@blueprint.post(ONE)
@allow("admin")
def save(webhook_id: int) -> Response:
    """Name, address, kinds and texts."""
    fields = Fields(request.form)
    asked = read(fields)
    try:
        fields.check()
        webhooks.edit(webhook_id, asked)
    except Invalid as refusal:
        return page(webhook_id, typed_values(), problems_of(refusal), 422)
    return back(webhook_id, _("Saved."))


def read(fields: Fields) -> webhooks.WebhookChange:
    """What was typed. An address that can never be called is refused here; who else is not called, the test tells."""
    name, url = fields.line("name", required=True), fields.line("url", 500, required=True)
    try:
        target = egress.read_url(url) if url else None
        if target is not None and egress.is_ip(target.host) and not egress.is_allowed(target.host, target.port, egress.WEB_PORTS):
            fields.refuse("url", _("The desk does not call this address. HELPDESK_EGRESS_ALLOW can name it."))
    except egress.Forbidden:
        fields.refuse("url", _("This is no address that is called with encryption, such as https://shop.example.com/hook."))
    chosen = tuple(kind for kind in TOLD_OF if kind in request.form.getlist("kinds"))
    return webhooks.WebhookChange(name, url, chosen, fields.yes("with_texts"))


def typed_values() -> dict[str, Any]:
    """The form as it came."""
    return typed(request.form) | {"kinds": request.form.getlist("kinds")}


@blueprint.post(f"{ONE}/switch")
@allow("admin")
def switch(webhook_id: int) -> Response:
    """`on` is "1" or "0"."""
    on = request.form.get("on") == "1"
    webhooks.switch(webhook_id, active=on)
    return back(webhook_id, _("Switched on. What was kept is told when you replay it.") if on else _("Switched off."))


@blueprint.post(f"{ONE}/secret")
@allow("admin")
def secret(webhook_id: int) -> Response:
    """Another secret, shown this once."""
    return secret_page(webhook_id, webhooks.renew_secret(webhook_id))


@blueprint.post(f"{ONE}/test")
@allow("admin")
def test(webhook_id: int) -> Response:
    """Something harmless is told now."""
    return told(webhook_id, lambda: webhooks.test(webhook_id), lambda _done: _("The test is on its way; the log shows what came of it."))


@blueprint.post(f"{ONE}/replay")
@allow("admin")
def replay_since(webhook_id: int) -> Response:
    """`since`: hour, day, week or all; `which`: missed or all."""
    begins, which = words.since(request.form.get("since", "")), request.form.get("which", "missed")
    which = which if which in webhooks.AGAIN else "missed"
    return told(webhook_id, lambda: webhooks.replay_since(webhook_id, begins, which), words.replayed)


@blueprint.post(f"{TELLING}/replay")
@allow("admin")
def replay(webhook_id: int, telling_id: int) -> Response:
    """One telling once more."""
    shown.telling(viewer(), webhook_id, telling_id)
    return told(webhook_id, lambda: webhooks.replay(webhook_id, telling_id), lambda _done: _("It is told again."))


@blueprint.post(f"{ONE}/removal")
@allow("admin")
def remove(webhook_id: int) -> Response:
    """The webhook goes with its log."""
    webhooks.remove(webhook_id)
    flash(_("Removed."))
    return redirect(url_for("webhooks.index"), 303)


@blueprint.get(f"{ONE}/log")
@allow("admin")
def log(webhook_id: int) -> Response:
    """The part of the page that asks for itself while something is under way."""
    return make_response(render_template("webhooks/_log.html", **log_of(shown.one(viewer(), webhook_id).webhook)))


@blueprint.get(TELLING)
@allow("admin")
def telling(webhook_id: int, telling_id: int) -> Response:
    """One telling: its body, and what the other side said."""
    found = shown.telling(viewer(), webhook_id, telling_id)
    body = json.dumps(json.loads(found.body), ensure_ascii=False, indent=2)
    return make_response(render_template(
        "webhooks/telling.html", webhook=shown.one(viewer(), webhook_id).webhook, telling=found, body=body, state=words.telling_state,
        kind_word=words.kind_word, answer_words=words.answer_words))


def told(webhook_id: int, act: Callable[[], Any], say: Callable[[Any], str]) -> Response:
    """Does it and says so; a refusal is said, too."""
    try:
        return back(webhook_id, say(act()))
    except Invalid as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("webhooks.show", webhook_id=webhook_id), 303)


def back(webhook_id: int, sentence: str) -> Response:
    """To its page."""
    flash(sentence)
    return redirect(url_for("webhooks.show", webhook_id=webhook_id), 303)


def log_of(webhook: Webhook) -> dict[str, Any]:
    """A page of the log, as the address asks for it."""
    which, before = request.args.get("which", "all"), request.args.get("before", "")
    which = which if which in shown.LOGS else "all"
    rows, after = shown.log(viewer(), webhook.id, which, id_in(before) or 0)
    return {
        "webhook_id": webhook.id, "active": webhook.active, "rows": rows, "after": after, "which": which,
        "before": before if before.isdigit() else "", "moving": any(row.state in ("waiting", "sending") for row in rows),
        "filters": words.filters(), "state": words.telling_state, "kind_word": words.kind_word, "answer_words": words.answer_words,
    }  # fmt: skip


def secret_page(webhook_id: int, text: str) -> Response:
    """The secret, this once."""
    found = shown.one(viewer(), webhook_id)
    return make_response(render_template("webhooks/secret.html", webhook=found.webhook, secret=text))


def form_of(values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form of a new one."""
    kinds = words.kind_choices(values["kinds"])
    return make_response(render_template("webhooks/new.html", values=values, problems=problems or {}, kinds=kinds), status)


def page(webhook_id: int, values: dict[str, Any], problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The whole page of one."""
    found = shown.one(viewer(), webhook_id)
    return make_response(render_template(
        "webhooks/show.html", shown=found, webhook=found.webhook, values=values, problems=problems or {}, state_of=words.state_of,
        kinds=words.kind_choices(values["kinds"]), sample=inspect.getsource(receiver), spans=words.span_choices(),
        whiches=words.which_choices(), **log_of(found.webhook)), status)
