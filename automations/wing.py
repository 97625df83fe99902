"""The standing orders are hung here: what they listen to, what they do unasked, their pages."""

from types import ModuleType

import click
from flask import Flask
from flask_babel import lazy_gettext as _l

from automations import demo, planning, routing, rule_tasks, telling, time_triggers, triggers  # noqa: F401  telling puts its acts into the menu
from automations.commands import sla
from automations.conditions import as_filter
from automations.rule_commands import rules as rule_command
from automations.sla import moving, steps, watch
from automations.web import (
    ability,
    away,
    calendar_ranges,
    calendars,
    holidays,
    macro_picker,
    macros,
    packs,
    queue,
    rule_history,
    rules,
    sla_board,
    sla_policies,
    views,
    webhooks,
)  # fmt: skip
from automations.web import (
    routing as routing_pages,
)
from automations.web import (
    sla as sla_pages,
)
from automations.webhooks import sender
from helpdesk import jobs, long_tasks, outbox
from helpdesk.actions import due_moments, late_moments, webhook_tellings
from helpdesk.queries import filters
from helpdesk.queries.late_moments import held_is_early
from helpdesk.queries.webhooks import telling_is_due
from helpdesk.visit.sections import Section, tell

# Each a module with a `blueprint`; a new page joins by its line.
RESOURCES: tuple[ModuleType, ...] = (
    webhooks, calendars, calendar_ranges, holidays, rules, rule_history, macros, macro_picker, queue, routing_pages, ability, away,
    packs, sla_pages, sla_board, sla_policies, views,
)

SECTIONS = (
    Section("supervision", "supervisor", "queue", _l("Work in hand"), "kanban", "/queue"),
    Section("supervision", "supervisor", "sla-board", _l("What falls due"), "alarm-clock", "/sla/board"),
    Section("tools", "agent", "views-settings", _l("Saved views"), "filter", "/views"),
    Section("tools", "agent", "macros-settings", _l("Macros"), "command", "/macros"),
    Section("automation", "supervisor", "rules", _l("Rules"), "zap", "/rules"),
    Section("automation", "admin", "policies", _l("Promises"), "handshake", "/sla/policies"),
    Section("automation", "admin", "hours", _l("Business hours"), "clock", "/calendars", ("/holidays",)),
    Section("automation", "admin", "packs", _l("Starter packs"), "package", "/packs"),
    Section("automation", "admin", "webhooks", _l("Webhooks"), "plug", "/webhooks"),
)
"""Lines of the navigation."""


def commands() -> list[click.Command]:
    """`helpdesk sla …` and `helpdesk rules …`."""
    return [sla, rule_command]


def init_app(app: Flask) -> None:
    """Subscribers, drains and pages of the wing."""
    outbox.subscribe("triggers", set(triggers.EVENTS), triggers.handle, triggers.wanted)
    outbox.subscribe("timed_rules", set(time_triggers.EVENTS), time_triggers.handle, time_triggers.wanted)
    due_moments.on(time_triggers.KIND, time_triggers.fire)
    planning.init_app()
    long_tasks.register("simulation", rule_tasks.SIMULATION_TITLE, rule_tasks.run_simulation)
    long_tasks.register("undo_rule", rule_tasks.UNDO_TITLE, rule_tasks.run_undo)
    outbox.subscribe("routing", set(routing.EVENTS), routing.handle, routing.is_wanted)
    jobs.add(jobs.Drain("route", "fast", routing.give_what_waits, 5, routing.somebody_could))
    outbox.subscribe("webhooks", set(webhook_tellings.TOLD_OF), webhook_tellings.tell, webhook_tellings.wanted)
    outbox.subscribe("sla", set(watch.HEARS), watch.handle, watch.wanted, watch.finish)
    due_moments.on_many("sla", steps.handle)
    jobs.add(jobs.Drain("held", "fast", late_moments.take_back, 30, held_is_early))
    moving.init_app()
    filters.register(as_filter.filter_of)
    jobs.add(jobs.Drain("webhooks", "fast", sender.drain, 1, telling_is_due))
    tell(app, *SECTIONS, away.line)
    app.extensions.setdefault("demo", []).append(demo.begin)
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
