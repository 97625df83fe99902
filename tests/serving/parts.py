"""What the tests of this folder share: the fake desk as a process, and a browser's end of an event stream."""

import json
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis

from tests.servers import until

ROOT = Path(__file__).resolve().parents[2]


class FakeDesk:
    """tests.serving.fake in a process; `options` are module constants to change, as NAME=number."""

    def __init__(self, redis_url: str, file: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.serving.fake", redis_url, str(file), *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[0])
        self.redis = redis.Redis.from_url(redis_url)

    def __enter__(self) -> "FakeDesk":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self.redis.close()

    def publish(self, topics: list[str], **hint: object) -> None:
        """As an action does after its commit."""
        self.redis.publish("live", json.dumps({"topics": topics, "hint": hint}))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict | list):
            body, named["content-type"] = json.dumps(body), "application/json"
        line.request(method, path, body, named)
        answer = line.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        line.close()
        return found

    def here(self, stream: "EventStream", agent: int, **tickets: str) -> None:
        """Says what a stream's tabs show: t7="viewing"."""
        rows = [{"number": int(name[1:]), "state": state, "topics": ["inbox:1"]} for name, state in tickets.items()]
        assert self.ask("POST", "/live/here", {"stream": stream.id, "agent": agent, "tickets": rows})[0] == 200

    def present(self, ticket: int) -> list[tuple[int, str]]:
        """Who is present, as pages are told."""
        return [(agent, state) for agent, state in json.loads(self.ask("GET", f"/present/{ticket}")[2])]

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


class EventStream:
    """An open stream: `events` are (name, data) as they come, `beats` are counted, `ended` is set at its end."""

    def __init__(self, port: int, topics: str) -> None:
        self.events: list[tuple[str, Any]] = []
        self.beats, self.ended = 0, threading.Event()
        self.line = HTTPConnection("127.0.0.1", port, timeout=60)
        self.line.request("GET", f"/live?topics={quote(topics)}")
        assert self.line.sock
        self.socket = self.line.sock
        self.answer = self.line.getresponse()
        assert self.answer.status == 200
        threading.Thread(target=self.read, daemon=True).start()
        until(lambda: bool(self.events), "hello", 10)
        self.id = self.events[0][1]["stream"]

    def read(self) -> None:
        """Until the stream ends."""
        name = ""
        try:
            while raw := self.answer.readline():
                field, _, value = raw.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    self.events.append((name, json.loads(value)))
                elif field == "" and value == "beat":
                    self.beats += 1
        except (OSError, ValueError, AttributeError):
            pass  # we closed it
        self.ended.set()

    def hints(self, kind: str) -> list[dict[str, Any]]:
        """Those of a kind."""
        return [data for name, data in self.events if name == "hint" and data.get("kind") == kind]

    def wait_for(self, name: str, **wanted: Any) -> None:
        """Until an event of that name came with these fields."""
        until(lambda: any(got == name and wanted.items() <= data.items() for got, data in self.events), f"{name} {wanted}", 10)

    def close(self) -> None:
        """As a browser that goes away."""
        if not self.ended.is_set():
            self.socket.shutdown(socket.SHUT_RDWR)
        assert self.ended.wait(5)
        self.line.close()
