"""The standing orders are hung here: what they listen to, what they do unasked, their pages."""

from types import ModuleType

from flask import Flask

from automations import triggers
from helpdesk import outbox

# Each a module with a `blueprint`; a new page joins by its line.
RESOURCES: tuple[ModuleType, ...] = ()


def init_app(app: Flask) -> None:
    """Subscribers, drains and pages of the wing."""
    outbox.subscribe("triggers", set(triggers.EVENTS), triggers.handle, triggers.wanted)
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
