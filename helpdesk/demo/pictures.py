"""The demo's attachments, drawn when they are needed: small pictures and one-page documents."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

PAPER, INK, GREY, RED, GREEN, SAND = "#fffdf8", "#23313a", "#9aa5ab", "#a63d40", "#3fae5a", "#c9a66b"
DOCUMENTS = {
    "invoice.pdf": ("INVOICE INV-2026-00417", "Example Store", "1 item", "VAT 15 %", "Total SAR 2,199.00"),
    "tax-invoice.pdf": ("TAX INVOICE INV-2026-00398", "Example Store", "VAT no. 300000000000003", "Total SAR 1,437.50"),
    "inspection-report.pdf": ("INSPECTION REPORT", "Television, serial S20771", "Power board: burnt varistor", "Cause: surge from outside"),
    "projectors.pdf": ("PROJECTORS", *(f"Room {room}: S2{6000 + room * 7}" for room in range(101, 113))),
    "specification.pdf": ("REQUEST FOR QUOTATION", "20 tablets, 10 inch, 128 GB", "20 covers", "Delivery to four branches"),
}
CAPTIONS = {
    "delivered-message.png": "Order 551203: delivered 16:42",
    "statement.png": "SAR 459.00   SAR 459.00",
    "receipt.png": "Parcel received. Ref 88120",
    "label.png": "Order 550913",
    "washer-e20.png": "E20",
}


def draw(name: str) -> tuple[bytes, str]:
    """The bytes of a file and its content type."""
    if name.endswith(".pdf"):
        return document(DOCUMENTS[name]), "application/pdf"
    return picture(name), "image/png"


def document(lines: tuple[str, ...]) -> bytes:
    """One page of text as a PDF."""
    page, pen = sheet((595, 842), PAPER)
    for row, line in enumerate(lines):
        pen.text((60, 70 + 34 * row + (14 if row else 0)), line, fill=INK, font_size=24 if row == 0 else 18)
    pen.line((60, 112, 535, 112), fill=GREY, width=2)
    content = BytesIO()
    page.save(content, "PDF", resolution=72)
    return content.getvalue()


def picture(name: str) -> bytes:
    """A plain drawing of what a customer would photograph."""
    image, pen = sheet((480, 360), "#dfe4e2")
    if name in CAPTIONS:
        pen.rectangle((60, 120, 420, 240), fill=PAPER, outline=INK, width=3)
        pen.text((240, 180), CAPTIONS[name], fill=INK, font_size=22, anchor="mm")
    else:
        SHAPES.get(name, box)(pen)
    content = BytesIO()
    image.quantize(32).save(content, "PNG", optimize=True)
    return content.getvalue()


def sheet(size: tuple[int, int], colour: str) -> "tuple[Image, ImageDraw]":
    """An empty image and the pen for it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, colour)
    return image, ImageDraw.Draw(image)


def box(pen: "ImageDraw") -> None:
    """A carton with a crushed corner."""
    pen.polygon([(90, 110), (350, 90), (400, 150), (390, 300), (110, 310)], fill=SAND, outline=INK, width=3)
    pen.line([(350, 90), (310, 150), (400, 150)], fill=INK, width=3)
    pen.line([(240, 100), (250, 305)], fill="#e8d9b8", width=16)


def crack(pen: "ImageDraw") -> None:
    """A jug with a crack."""
    pen.polygon([(160, 60), (320, 60), (300, 310), (180, 310)], fill="#eef4f5", outline=INK, width=4)
    pen.line([(250, 70), (230, 130), (262, 180), (236, 240)], fill=RED, width=4)


def door(pen: "ImageDraw") -> None:
    """A parcel before a grey door."""
    pen.rectangle((150, 30, 320, 330), fill=GREY, outline=INK, width=3)
    pen.rectangle((200, 250, 300, 330), fill=SAND, outline=INK, width=3)


def green_line(pen: "ImageDraw") -> None:
    """A telephone's screen with a line."""
    pen.rounded_rectangle((165, 30, 315, 330), 18, fill="#11161a", outline=INK, width=3)
    pen.line((270, 36, 270, 324), fill=GREEN, width=4)


def wall(pen: "ImageDraw") -> None:
    """A painted spot that is lighter than its wall."""
    pen.rectangle((0, 0, 480, 360), fill="#d8c7a8")
    pen.ellipse((140, 90, 360, 260), fill="#e6dcc6")


def disc(pen: "ImageDraw") -> None:
    """A robot vacuum from above."""
    pen.ellipse((110, 50, 370, 310), fill="#30383d", outline=INK, width=4)
    pen.ellipse((215, 80, 265, 130), fill=RED)


def curtain(pen: "ImageDraw") -> None:
    """Folds of yellow cloth."""
    for fold in range(8):
        pen.rectangle((60 + fold * 45, 40, 105 + fold * 45, 330), fill="#e0b830" if fold % 2 else "#cda51f")


SHAPES = {
    "box-damage.png": box, "blender-crack.png": crack, "door-photo.png": door, "green-line.png": green_line, "wall.png": wall,
    "vacuum.png": disc, "curtain.png": curtain,
}
