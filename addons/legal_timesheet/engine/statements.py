"""What a client is shown of the work, as plain text that can be hashed."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class StatementLine:
    """One act; ``amount`` is empty when the client is not shown amounts."""

    day: str
    person: str
    duration: str
    narrative: str
    amount: str = ""


@dataclass(frozen=True)
class Statement:
    firm: str
    client: str
    matter: str
    period: str
    lines: tuple
    total_duration: str
    total_amount: str = ""


def canonical_text(statement):
    """Return the one text of a statement: the same words, the same text.

    >>> act = StatementLine("2026-03-03", "Anne", "1:30", "Some  words", "300.00 EUR")
    >>> shown = Statement("Firm", "Client", "D1", "2026-03", (act,), "1:30")
    >>> print(canonical_text(shown))
    Firm
    Client
    D1
    2026-03
    1 | 2026-03-03 | Anne | 1:30 | 300.00 EUR | Some words
    = 1:30
    """
    head = [statement.firm, statement.client, statement.matter, statement.period]
    rows = [
        _row(number, act.day, act.person, act.duration, act.amount, act.narrative)
        for number, act in enumerate(statement.lines, 1)
    ]
    foot = ["= " + _row(statement.total_duration, statement.total_amount)]
    return "\n".join([*map(_one_line, head), *rows, *foot])


def digest(text):
    """Return the SHA-256 of a text, in hexadecimal.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def _row(*cells):
    return " | ".join(_one_line(cell) for cell in cells if cell)


def _one_line(value):
    return " ".join(str(value).split())
