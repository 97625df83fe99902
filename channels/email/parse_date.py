"""The Date field as a moment in UTC (RFC 5322 section 3.3, loosely read)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz


def moment_of(value: str) -> str | None:
    """ISO 8601 in UTC, or None for what is no date. `value` is one unfolded header."""
    parsed = parsedate_tz(re.sub(r"\([^()]*\)", " ", value)[:200]) if value else None
    if not parsed:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC) - timedelta(seconds=parsed[9] or 0)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat()
