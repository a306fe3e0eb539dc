"""The demo company's mark, drawn here so that no picture of somebody else's is needed."""

import base64
import io

from PIL import Image, ImageDraw, ImageFont

INK = "#2f5d8a"


def png(name):
    """Base64 of a PNG: a die with its tie bars, and the name beside it."""
    font = ImageFont.load_default(size=64)
    width = 150 + round(font.getlength(name)) + 20
    image = Image.new("RGB", (width, 120), "white")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((10, 15, 50, 105), 8, fill=INK)
    draw.rounded_rectangle((80, 15, 120, 105), 8, fill=INK)
    for y in (32, 60, 88):
        draw.line((50, y, 80, y), fill=INK, width=6)
    draw.text((140, 60), name, font=font, fill=INK, anchor="lm")
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue())
