"""What is done before the desk opens: the database brought up to date, the demo built once. In a child of its own, so that
what it loads (Alembic, the demo's texts) and opens (the database) is gone when the desk runs."""

import json
import os
from collections.abc import Callable

from flask import Flask

from helpdesk.errors import HelpdeskError, SettingError
from helpdesk.serving import waiting
from helpdesk.serving.child import fork
from helpdesk.settings import Settings


def prepare(app: Flask, settings: Settings, empty: bool, loopback: bool) -> bool:
    """Migrates, builds the demo where there is no desk yet; whether this desk is the demo. SettingError when it must not open."""
    answer = in_a_child(lambda: look(app, settings, empty, loopback))
    if "sentence" in answer:
        raise SettingError(str(answer["sentence"]))
    return bool(answer["demo"])


def look(app: Flask, settings: Settings, empty: bool, loopback: bool) -> dict[str, object]:
    """In the child."""
    from helpdesk import migrate
    from helpdesk.extensions import db
    from helpdesk.models import Desk

    migrate.upgrade(settings)
    with app.app_context():
        desk = db.session.get(Desk, 1)
        missing = desk is None and not empty
        demo = missing or (desk is not None and desk.demo)
        if demo and not loopback:
            raise SettingError("The demo desk listens on this machine only, because its passwords are known. Use HELPDESK_HOST=127.0.0.1, "
                               "remove the demo, or begin with an empty desk: helpdesk run --empty")
        if missing:
            build_demo()
        return {"demo": demo}


def build_demo() -> None:
    """The demo's texts are loaded only where they are needed."""
    from helpdesk.demo import build

    build.build()


def in_a_child(work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """The child's answer over a pipe. Ending on a signal; SettingError when the child could not do its work."""
    reading, writing = os.pipe()
    pid = fork("desk-prepare", lambda: answer_into(writing, work))
    os.close(writing)
    try:
        while not os.waitpid(pid, os.WNOHANG)[0]:
            waiting.wait(0.05)
    except waiting.Ending:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        raise
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    if not content:
        raise SettingError("The desk could not be prepared; the reason stands above.")
    answer: dict[str, object] = json.loads(content)
    return answer


def answer_into(pipe: int, work: Callable[[], dict[str, object]]) -> None:
    """A refusal is an answer too; anything else leaves the pipe empty and its traceback on the screen."""
    try:
        answer = work()
    except HelpdeskError as refusal:
        answer = {"sentence": refusal.sentence}
    os.write(pipe, json.dumps(answer).encode())
