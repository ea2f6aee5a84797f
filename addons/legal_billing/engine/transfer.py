"""Bank transfers: the structured reference and what the code of one says."""

EPC_NAME, EPC_REFERENCE = 70, 140
EPC_LEAST, EPC_MOST = 0.01, 999999999.99


def creditor_reference(text):
    """Return the structured creditor reference (ISO 11649) of some letters and digits.

    >>> creditor_reference("539007547034")
    'RF18539007547034'
    >>> is_creditor_reference(creditor_reference("v2026-17"))
    True
    """
    body = "".join(c for c in text.upper() if c.isascii() and c.isalnum())[:21]
    return f"RF{98 - _modulo(f'{body}RF00'):02d}{body}"


def is_creditor_reference(text):
    """Tell whether the check digits of a reference are right.

    >>> is_creditor_reference("RF18539007547034"), is_creditor_reference("RF19539")
    (True, False)
    """
    text = "".join(text.split()).upper()
    if not (5 <= len(text) <= 25 and text.isascii() and text.isalnum()):
        return False
    return text[:2] == "RF" and _modulo(text[4:] + text[:4]) == 1


def _modulo(text):
    return int("".join(str(int(character, 36)) for character in text)) % 97


def group_by_four(text):
    """Write a reference as banks print it.

    >>> group_by_four("RF18539007547034")
    'RF18 5390 0754 7034'
    """
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def epc_text(holder, iban, bic, amount, reference, is_free_text=False):
    """Return what the code of a transfer in euros says (EPC069-12, version 2).

    A structured reference goes where banks read it as one, unless it is asked for as
    free text. Empty for an amount the scheme does not carry.

    >>> epc_text("Cabinet", "FR76", "", 12.5, "FAC/1").splitlines()[7:]
    ['EUR12.50', '', '', 'FAC/1']
    >>> epc_text("Cabinet", "FR76", "", 12.5, "RF18 5390 0754 7034").splitlines()[7:]
    ['EUR12.50', '', 'RF18539007547034']
    """
    if not EPC_LEAST <= amount <= EPC_MOST:
        return ""
    head = ["BCD", "002", "1", "SCT", bic or "", holder[:EPC_NAME], iban]
    head += [f"EUR{amount:.2f}", ""]
    if not is_free_text and is_creditor_reference(reference):
        return "\n".join([*head, "".join(reference.split()).upper()])
    return "\n".join([*head, "", reference[:EPC_REFERENCE]])
