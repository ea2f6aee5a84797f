"""What is fetched, in which tested version: the one place to change them.

Python packages are pinned in ``requirements/*.txt``; this module pins the rest.
"""

from dataclasses import dataclass

ODOO_SERIES = (19, 0)
PYTHON_MIN, PYTHON_MAX = (3, 11), (3, 13)
POSTGRES_MIN = 13  # what Odoo 19 asks of a server of one's own

# Room that each step takes until its stamp is there, that working takes, and the
# little that is left when a failure is most likely due to a full disk.
ROOM_OF_STEP_MB = {"odoo": 1_600, "venv": 1_000, "databases": 900}
ROOM_TO_WORK_MB = 500
ROOM_CRITICAL_MB = 100


@dataclass(frozen=True)
class Deb:
    """One Debian package (architecture: all) as it was tested."""

    name: str
    version: str
    sha256: str
    suite: str = "sid"


ODOO = Deb(
    "odoo-19",
    "19.0.0+dfsg-1",
    "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf",
)
# Odoo's web client reaches these through relative links of its package.
BESIDE_ODOO = (
    Deb(
        "libjs-jquery",
        "3.7.1+dfsg+~3.5.33-1",
        "818d6383b5b8f33734f682076b02fe3e765af23251ff6bf2b47747a4484e19d3",
    ),
    Deb(
        "libjs-jquery-form",
        "12-4",
        "fbfeedcd3eaf519b3cdcc88e93a1c79f6775da71657bac763f1430fe66e8a1da",
    ),
    Deb(
        "libjs-underscore",
        "1.13.8~dfsg+~1.13.0-1",
        "4bd04d6b3695e10228b4d479d6963d6b768bcd9aa22e9cef2a014814f5de2906",
    ),
    Deb(
        "fonts-roboto-unhinted",
        "2:3.016-1",
        "e08ef58b6b92ab2554cc5047b84c3eb03fe0df36d9eddaa1326f80783687c2e8",
    ),
    Deb(
        "fonts-montserrat",
        "9.000-6",
        "c5f603701f86661a7eed820ff0b0d19e0aa697b316053b7885cc7346370128c1",
    ),
    Deb(
        "fonts-inconsolata",
        "3.001+ds-1",
        "7ae10c4d43e968eb6974c22283dd4e912824a34472f813108b5a8308dcce149e",
    ),
    Deb(
        "fonts-ocr-b",
        "0.3.1~dfsg-2",
        "c3760c25162b33ef4b19f0801a2ffbe956634c1fbbef42610c718edfb06baca9",
    ),
    # Odoo's style sheets use Font Awesome 4; sid carries another generation.
    Deb(
        "fonts-font-awesome",
        "5.0.10+really4.7.0~dfsg-4.1",
        "5f09e1adce26d59628a239c538882d53e58978b958233864fc617be9a510018e",
        suite="bookworm",
    ),
)
DEBS = (ODOO, *BESIDE_ODOO)
SUITES = tuple(sorted({deb.suite for deb in DEBS}))

# Stock addons that ours build on: installed once, then copied.
STOCK_ADDONS = (
    "account",
    "account_edi_ubl_cii",
    "account_payment",
    "analytic",
    "base",
    "calendar",
    "hr",
    "hr_timesheet",
    "l10n_fr_account",
    "mail",
    "payment_demo",
    "portal",
    "project",
    "web",
)
LANGUAGE = "fr_FR"
