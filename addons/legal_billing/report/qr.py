"""QR codes as vector drawings: crisp at any size, no image in the file."""

import qrcode


def qr_svg(text):
    """Return an SVG document of one path, each run of dark modules a stroke."""
    code = qrcode.QRCode(
        border=2, error_correction=qrcode.constants.ERROR_CORRECT_M
    )
    code.add_data(text)
    code.make()
    matrix = code.get_matrix()
    size = len(matrix)
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < size:
            if row[x]:
                end = x
                while end < size and row[end]:
                    end += 1
                runs.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
                x = end
            else:
                x += 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' width="{size}" height="{size}">'
        f'<path fill="#000" d="{"".join(runs)}"/></svg>'
    )
