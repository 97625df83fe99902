"""The demo desk: a small fictional shop, its people and three weeks of their mail, in Arabic and English."""

from helpdesk.demo.build import ensure
from helpdesk.demo.remove import remove

__all__ = ["ensure", "remove"]
