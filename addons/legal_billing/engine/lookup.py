"""What a visitor types to find his own invoice: its number and its amount."""

import re
from decimal import Decimal, InvalidOperation

LONGEST = 40


def read_number(text):
    """Return the number of an invoice without what people type around it.

    >>> read_number(" n° f2026-00042 "), read_number("FACT/2026/07"), read_number(None)
    ('F2026-00042', 'FACT/2026/07', '')
    """
    text = re.sub(r"\s+", "", str(text or "")[:LONGEST]).upper()
    return re.sub(r"^(N°|NO\.?|Nº)", "", text)


def read_amount(text):
    """Return an amount as people write it, else nothing.

    >>> read_amount("1\u202f869,16 €"), read_amount("1,869.16"), read_amount("672")
    (Decimal('1869.16'), Decimal('1869.16'), Decimal('672'))
    >>> read_amount("1.869,16"), read_amount("a@b.fr"), read_amount("")
    (Decimal('1869.16'), None, None)
    """
    digits = re.sub(r"[\s€$£]|EUR|USD|CHF|GBP", "", str(text or "")[:LONGEST].upper())
    if not re.fullmatch(r"[\d.,]+", digits):
        return None
    cents = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: cents.start()] if cents else digits
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + (f".{cents[1]}" if cents else ""))
    except InvalidOperation:
        return None
