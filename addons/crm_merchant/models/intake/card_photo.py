"""Photos that strangers send: read as a picture and written anew, so that nothing but the picture stays."""

import io
import warnings

from PIL import Image, ImageOps

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
# Odoo loads no others
FORMATS = ("JPEG", "PNG")


class BadPhoto(Exception):
    """``code``: ``large`` or ``format``."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def clean_photo(data):
    """Give the photo as the bytes of a JPEG of at most 2 000 pixels a side, without place, device and other additions.

    :raises BadPhoto: too large, or no picture of a known kind
    """
    if len(data) > MAX_BYTES:
        raise BadPhoto("large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise BadPhoto("large")
            image = ImageOps.exif_transpose(image).convert("RGB")
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            output = io.BytesIO()
            image.save(output, "JPEG", quality=85)
    except BadPhoto:
        raise
    except Exception as error:  # a damaged picture raises whatever its decoder makes of it
        raise BadPhoto("format") from error
    return output.getvalue()
