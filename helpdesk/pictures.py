"""Which files are pictures that a page may show: told from their bytes, never from what the sender says; and pictures drawn anew."""

from io import BytesIO
from typing import TYPE_CHECKING

import puremagic

if TYPE_CHECKING:
    from PIL.Image import Image

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)  # fmt: skip
"""Told at once; whatever else it may be takes puremagic a millisecond to find."""
DRAWN = "image/webp"
MOST_PIXELS = 20_000_000
"""What is held in memory at once: 80 MB. A photograph is decoded at a fraction of its size, so a larger one is drawn all the same."""


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


def drawn_anew(content: bytes, box: tuple[int, int]) -> bytes | None:
    """A picture of SHOWN_INLINE as a WebP of our own that fits into `box` (width, height in pixels): its first frame, turned upright,
    with nothing else that was in the file. None for what is no such picture, is broken, or would need more than MOST_PIXELS."""
    from PIL import Image as Pillow

    if kind_of(content[:4096]) not in SHOWN_INLINE:
        return None
    try:
        with Pillow.open(BytesIO(content), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            image.draft("RGB", box)
            if image.width * image.height > MOST_PIXELS:
                return None
            turned = upright(image)
            turned.thumbnail(box)
            fresh, mode = BytesIO(), "RGBA" if turned.has_transparency_data else "RGB"
            turned.convert(mode).save(fresh, "WEBP", quality=80)
            return fresh.getvalue()
    except Exception:  # noqa: BLE001  Pillow raises many kinds over files that were made to break it
        return None


def upright(image: "Image") -> "Image":
    """Turned as the camera was held; as it is where the picture says that in no way one can read."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  as above
        return image
