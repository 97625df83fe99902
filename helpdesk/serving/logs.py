"""What the processes of the desk write to the standard error: lines for people, or JSON for programs (HELPDESK_LOG)."""

import json
import logging
import sys
from typing import Any

from helpdesk.clock import now

TEXT = "%(asctime)s %(processName)s %(levelname)s %(name)s: %(message)s"


def configure(kind: str) -> None:
    """`text` or `json`, for everything that logs from now on; warnings of libraries, our own from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if kind == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("helpdesk", "channels", "automations"):
        logging.getLogger(name).setLevel(logging.INFO)


def name_process(name: str) -> None:
    """The name that this process's lines carry: multiprocessing, which logging would ask for it, is not used here."""

    class Record(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.processName = name

    logging.setLogRecordFactory(Record)


class Json(logging.Formatter):
    """One object a line: at, level, part, logger, message, and the traceback as `error`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": now().isoformat(), "level": record.levelname.lower(), "part": record.processName, "logger": record.name,
                "message": record.getMessage()}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
