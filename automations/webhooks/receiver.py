"""What a receiver of webhooks does first: is this told by the desk, and just now?"""

import hashlib
import hmac
import time
from collections.abc import Mapping

FRESH_SECONDS = 300


def is_from_the_desk(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """`headers` and `body` as they came, byte for byte; `secret` as the desk showed it. What was signed long ago is refused."""
    sent_at = headers.get("Helpdesk-Timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > FRESH_SECONDS:
        return False
    expected = hmac.new(secret.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
    signatures = headers.get("Helpdesk-Signature", "").split(",")
    return any(hmac.compare_digest(f"v1={expected}", signature.strip()) for signature in signatures)
