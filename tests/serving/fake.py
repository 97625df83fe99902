"""A small application behind the real web part, in a process of its own:
`python -m tests.serving.fake REDIS_URL FILE [CONSTANT=NUMBER ...]`."""

import os
import sys
import time

import redis
from flask import Flask, Response, jsonify, request

from helpdesk import presence
from helpdesk.serving import body, hub, keeper, listening, streams, web


def make(redis_url: str, file: str) -> Flask:
    app = Flask("tests.serving.fake")
    app.config.update(REDIS_URL=redis_url, MAX_CONTENT_LENGTH=8 * 1024 * 1024)
    app.extensions["redis_client"] = redis.Redis.from_url(redis_url, socket_timeout=1, retry=None)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/live")
    def live() -> Response:
        if "topics" not in request.args:
            return Response("no", 401, {"X-Live-Topics": "desk"})
        return Response("dropped", 200, {"X-Live-Topics": request.args["topics"]})

    @app.post("/live/here")
    def here() -> str:
        content = request.get_json()
        presence.announce(content["stream"], content["agent"], content["tickets"])
        return ""

    @app.get("/present/<int:ticket>")
    def present(ticket: int) -> Response:
        return jsonify(presence.present([ticket]).get(ticket, []))

    @app.get("/file")
    def download() -> Response:
        return Response("", 200, {"X-Send-File": request.args.get("path", file), "Content-Type": "application/octet-stream",
                                  "Content-Disposition": "attachment; filename=x.bin"})

    add_pages(app)
    return app


def add_pages(app: Flask) -> None:
    @app.get("/page")
    def page() -> str:
        return "<p>a long page</p>" * 2000

    @app.get("/nap/<float:seconds>")
    def nap(seconds: float) -> str:
        time.sleep(seconds)
        return "rested"

    @app.route("/echo", methods=["POST", "GET"])
    def echo() -> Response:
        return jsonify(length=len(request.get_data()), cookies=request.cookies, query=request.query_string.decode(),
                       forged=request.headers.get("X-Forwarded-For"))


if __name__ == "__main__":
    for option in sys.argv[3:]:
        name, _, value = option.partition("=")
        for module in (body, hub, keeper, streams, web):
            if hasattr(module, name):
                setattr(module, name, type(getattr(module, name))(value))
    sock = listening.listen("127.0.0.1", 0)
    print(sock.getsockname()[1], os.getpid(), flush=True)
    web.serve(make(*sys.argv[1:3]), sock)
