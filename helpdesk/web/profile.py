"""What agents set for themselves: names, language, time, looks, signature, password, and where they are signed in."""

from dataclasses import asdict
from dataclasses import fields as fields_of

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.actions import people
from helpdesk.actions.people import Profile
from helpdesk.errors import Invalid, TooManyTries
from helpdesk.fields import Fields, problems_of
from helpdesk.models import Agent
from helpdesk.models.agent import DIGITS, LANGUAGES, THEMES
from helpdesk.queries import roster
from helpdesk.queries.people import own_sessions
from helpdesk.visit import choices
from helpdesk.visit.access import allow, signed_in_now, viewer
from helpdesk.web.browsers import shown_browser
from helpdesk.web.entry import browser, let_in

blueprint = Blueprint("profile", __name__)


@blueprint.get("/profile")
@allow("agent")
def show() -> Response:
    """The page."""
    return page()


@blueprint.post("/profile")
@allow("agent")
def save() -> Response:
    """One's own settings. Address, role and teams are not among them."""
    fields = Fields(request.form)
    asked = read(fields)
    try:
        fields.check()
        people.edit_profile(viewer().agent_id, asked)
    except Invalid as refusal:
        return page(asked, problems_of(refusal), 422)
    roster.forget()
    flash(_("Saved."))
    return redirect(url_for("profile.show"))


def read(fields: Fields) -> Profile:
    """The fields of the page and no others."""
    name, name_ar = fields.names()
    return Profile(
        name=name, name_ar=name_ar, language=fields.choice("language", LANGUAGES), time_zone=fields.zone(),
        theme=fields.choice("theme", THEMES), digits=fields.choice("digits", DIGITS),
        signature=fields.block("signature"), signature_ar=fields.block("signature_ar"),
        sound=fields.yes("sound"), single_keys=fields.yes("single_keys"))


@blueprint.post("/profile/password")
@allow("agent")
def change_password() -> Response:
    """A new password; every other device is signed out, and this one gets a new session."""
    fields = Fields(request.form)
    new = fields.new_password("password", me().email)
    try:
        fields.check()
        let_in(people.change_password(viewer().agent_id, request.form.get("old_password", ""), new, browser()))
    except TooManyTries as refusal:
        return page(problems={"old_password": refusal.sentence}, status=429)
    except Invalid as refusal:
        return page(problems=problems_of(refusal), status=422)
    flash(_("The password is changed. All other devices are signed out."))
    return redirect(url_for("profile.show"))


def me() -> Agent:
    """The agent who asks."""
    signed = signed_in_now()
    assert signed is not None
    return signed.agent


def page(values: Profile | None = None, problems: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page with the agent's settings, or with what was typed."""
    signed, agent = signed_in_now(), me()
    assert signed is not None
    shown = asdict(values) if values else {field.name: getattr(agent, field.name) for field in fields_of(Profile)}
    return make_response(render_template(
        "profile/show.html", owner=agent, values=shown, problems=problems or {}, here=signed.session.id,
        devices=[(device, shown_browser(device.user_agent)) for device in own_sessions(signed.viewer)],
        languages=choices.languages(), themes=choices.themes(), digit_choices=choices.digit_choices(),
        zones=choices.zone_choices()), status)
