"""Which files are pictures that a page may show: told from their bytes, never from what the sender says."""

import puremagic

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
STARTS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"))


def kind_of(head: bytes) -> str:
    """The type of a file from its first bytes; a picture of SHOWN_INLINE only when its signature says so."""
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    try:
        found = str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
    return found if found and not found.startswith("image/") else "application/octet-stream"
