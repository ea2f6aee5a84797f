"""Bank transfers: the structured reference and what the code of one says."""

import re

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


def compact(text):
    """Return the letters and digits of a text, as banks and people space them.

    >>> compact("rf18 5390-0754 7034")
    'RF18539007547034'
    """
    return "".join(c for c in (text or "").upper() if c.isalnum())


def quotes(text, reference):
    """Tell whether a bank's words carry a reference, however it is spaced.

    A longer number that happens to contain it is another one.

    >>> quotes("VIR SEPA RF18 5390 0754 7034 VAUBAN", "RF18539007547034")
    True
    >>> quotes("facture FAC 2026 00012", "FAC/2026/00012")
    True
    >>> quotes("FAC/2026/000123", "FAC/2026/00012"), quotes("AFAC1", "FAC1")
    (False, False)
    >>> quotes("anything", "")
    False
    """
    body = compact(reference)
    if not body or body not in compact(text):
        return False
    spaced = r"[\W_]*".join(map(re.escape, body))
    return bool(re.search(rf"(?<![0-9A-Z]){spaced}(?![0-9A-Z])", text.upper()))


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
