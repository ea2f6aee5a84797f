"""QR codes as small black-and-white images, sharp at any size on paper."""

import base64
import io

import qrcode
from PIL import Image

PIXELS_PER_MODULE = 4


def qr_data_uri(text):
    """Return the code as the ``data:`` URL of a one-bit image, quiet zone included."""
    # Any mask is valid; looking for the prettiest takes most of the time.
    code = qrcode.QRCode(
        border=4,
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        mask_pattern=4,
    )
    code.add_data(text)
    code.make()
    matrix = code.get_matrix()
    size = len(matrix)
    image = Image.new("1", (size, size))
    image.putdata([not is_dark for row in matrix for is_dark in row])
    side = size * PIXELS_PER_MODULE
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.NEAREST).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
