"""`helpdesk run`: one process that binds the ports, imports the application once and forks everything else."""

import gc
import logging
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from flask import Flask

from helpdesk.serving import first_start, folder, listening, logs, valkey, waiting
from helpdesk.serving.children import Children
from helpdesk.settings import Settings

STOP_SECONDS, READY_SECONDS = 3.5, 30.0
WORKERS = {"worker-1": ("fast", "mail", "slow"), "worker-2": ("delivery", "fast")}
log = logging.getLogger(__name__)
Sockets = dict[str, socket.socket]


def run(settings: Settings, empty: bool) -> int:
    """Runs the desk until SIGINT or SIGTERM and returns 0. SettingError when it cannot begin; 1 when it could not open."""
    waiting.hold()
    logs.configure(settings.log)
    logs.name_process("supervisor")
    sockets = bind(settings)
    folder.prepare(settings.data)
    lock = folder.lock(settings.data)
    children = Children(settings.run_folder / "children.json")
    try:
        open_desk(as_bound(settings, sockets), sockets, children, empty)
        while True:
            look_after(children, 1.0)
    except waiting.Ending:
        return 0
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        children.stop(STOP_SECONDS, last="valkey")
        for sock in sockets.values():
            sock.close()
        del lock


def bind(settings: Settings) -> Sockets:
    """All ports at once: web, the practice post office (this machine only), and LMTP when it is asked for."""
    sockets = {
        "web": listening.listen(settings.host, settings.port),
        "practice": listening.listen("127.0.0.1", settings.practice_smtp_port, "HELPDESK_PRACTICE_SMTP_PORT"),
    }
    if settings.lmtp_listen:
        host, port = settings.lmtp_listen
        sockets["lmtp"] = (listening.listen_unix(str(port)) if host == "unix"
                           else listening.listen(host, int(port), f"HELPDESK_LMTP_LISTEN={host}"))
    return sockets


def as_bound(settings: Settings, sockets: Sockets) -> Settings:
    """The settings with the ports that were really taken and the address of the Redis that is really used."""
    port = sockets["web"].getsockname()[1]
    base_url = settings.base_url
    if settings.port == 0 and base_url.endswith(":0"):
        base_url = f"{base_url[:-2]}:{port}"
    return replace(settings, port=port, base_url=base_url, practice_smtp_port=sockets["practice"].getsockname()[1],
                   redis_url=settings.redis_url or valkey.address(settings.data))


def open_desk(settings: Settings, sockets: Sockets, children: Children, empty: bool) -> None:
    """Starts every part in order, then says so on the standard output."""
    path = valkey.socket_path(settings.data)
    private = settings.redis_url == valkey.address(settings.data)
    if private:
        path.unlink(missing_ok=True)  # of a server that was killed: nobody is to take it for the new one
        children.start("valkey", valkey.server(settings.data))
    with waiting.let_through():
        app = application(settings)
    demo = first_start.prepare(app, settings, empty, listening.is_loopback(sockets["web"]))
    if private:
        wait_for_valkey(settings, children)
    gc.collect()
    gc.freeze()  # what is imported by now stays shared with the children: the collector does not touch it
    for name, work in parts(app, sockets).items():
        children.start(name, work)
    wait_until_open(settings, sockets, children)
    announce(demo, sockets)


def wait_for_valkey(settings: Settings, children: Children) -> None:
    """Returns when it answers; one that fell is started again; TimeoutError when it never does."""
    path, until = valkey.socket_path(settings.data), time.monotonic() + READY_SECONDS
    while not valkey.answers(path):
        if time.monotonic() > until:
            raise TimeoutError(f"The private Valkey does not answer; {settings.run_folder / 'valkey.log'} says why.")
        look_after(children, 0.01)


def look_after(children: Children, seconds: float) -> None:
    """One round: waits for a change, sees who fell, starts again whose pause is over. Ending on a signal."""
    waiting.wait(children.seconds_to_next(seconds))
    for child in children.reap():
        log.warning("%s has ended (%s) and is started again", child.name, child.last_exit)
    children.restart_due()


def application(settings: Settings) -> Flask:
    """The one import of everything, and of what the children need, before any of them is forked."""
    from helpdesk.app import create_app
    from helpdesk.serving import timetable, web, worker  # noqa: F401  loaded here so that it is loaded once

    return create_app(settings)


def parts(app: Flask, sockets: Sockets) -> dict[str, Callable[[], None]]:
    """Name -> what its process does. The wings add theirs in init_app: app.extensions["parts"][name] = function(app, sockets)."""
    from helpdesk.serving import timetable, web, worker

    own: dict[str, Callable[[], None]] = {"web": partial(web.serve, app, sockets["web"])}
    own |= {name: partial(worker.serve, app, queues) for name, queues in WORKERS.items()}
    own["timetable"] = partial(timetable.serve, app)
    wings = {name: partial(serve, app, sockets) for name, serve in app.extensions.get("parts", {}).items()}
    return own | wings


def wait_until_open(settings: Settings, sockets: Sockets, children: Children) -> None:
    """Returns when /healthz answers 200 and the post office greets; Ending on a signal; TimeoutError when they never do."""
    health = f"GET /healthz HTTP/1.1\r\nHost: {urlsplit(settings.base_url).netloc}\r\nConnection: close\r\n\r\n"
    probes = {"web": (health.encode(), b"HTTP/1.1 200"), "practice": (b"", b"220")}
    until = time.monotonic() + READY_SECONDS
    for name, (question, wanted) in probes.items():
        if name == "practice" and not any(child.name == "mail" for child in children.all):
            continue
        while not greets(sockets[name], question, wanted):
            if time.monotonic() > until:
                raise TimeoutError(f"The desk did not open: its {name} part does not answer.")
            look_after(children, 0.02)


def greets(listener: socket.socket, question: bytes, wanted: bytes) -> bool:
    """Whether a new connection is answered as it should be."""
    host, _, port = listening.shown(listener).rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2) as probe:
            probe.sendall(question)
            return probe.recv(64).startswith(wanted)
    except OSError:
        return False


def announce(demo: bool, sockets: Sockets) -> None:
    """The lines that people and programs wait for; `ready` is the last."""
    lines = [f"practice smtp {listening.shown(sockets['practice'])}"]
    lines += [f"login {name}@example.com helpdesk-demo" for name in ("admin", "supervisor", "agent") if demo]
    lines.append(f"ready http://{listening.shown(sockets['web'])}")
    print("\n".join(lines), flush=True)
