"""Read a provider's file of what it paid out, by a mapping of its columns.

Nothing is guessed: what cannot be read is named with its line and its column.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

PAYMENT, REFUND, FEE, OTHER, SKIP = "payment", "refund", "fee", "other", "skip"
KINDS = (PAYMENT, REFUND, FEE, OTHER, SKIP)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Mapping:
    """Which column says what. Empty: the file does not say it."""

    payout: str
    payment: str
    gross: str
    fee: str = ""
    net: str = ""
    kind: str = ""
    day: str = ""
    currency: str = ""
    reference: str = ""
    label: str = ""
    delimiter: str = ","
    decimal: str = "."
    day_format: str = "%Y-%m-%d"
    #: how the kinds are called in the file; anything else is an error
    kinds: tuple = ()
    #: a fee written below zero is one that was kept
    is_fee_negative: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the file. Amounts are as the firm's account feels them."""

    line: int
    kind: str
    payout: str
    payment: str
    reference: str
    label: str
    day: date | None
    currency: str
    gross: Decimal
    fee: Decimal
    net: Decimal


@dataclass(frozen=True)
class Fault:
    """What could not be read, and where: a code for the sentence, and the value."""

    line: int
    column: str
    code: str
    value: str = ""


class _Unreadable(Exception):
    def __init__(self, column, code, value=""):
        super().__init__(code)
        self.column, self.code, self.value = column, code, value


def read(text, mapping):
    """Return (rows, faults) of a file.

    >>> m = Mapping(payout="po", payment="id", gross="gross", fee="fee", kind="type",
    ...             kinds=(("charge", PAYMENT),))
    >>> head = "po,id,gross,fee,type\\n"
    >>> rows, faults = read(head + "po_1,pi_1,672.00,10.33,charge\\n", m)
    >>> rows[0].payment, rows[0].net, faults
    ('pi_1', Decimal('661.67'), [])
    >>> read(head + "po_1,pi_1,abc,0,charge\\n", m)[1]
    [Fault(line=2, column='gross', code='number', value='abc')]
    >>> read("po,id\\n", m)[1][0]
    Fault(line=1, column='gross', code='column', value='')
    """
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=mapping.delimiter)
    head = [name.strip() for name in next(reader, [])]
    wanted = (
        mapping.payout,
        mapping.payment,
        mapping.gross,
        mapping.fee,
        mapping.net,
        mapping.kind,
        mapping.day,
        mapping.currency,
        mapping.reference,
        mapping.label,
    )
    missing = [name for name in wanted if name and name not in head]
    if missing:
        return [], [Fault(1, name, "column") for name in missing]
    rows, faults = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = reader.line_num
        if len(cells) < len(head):
            faults.append(Fault(line, head[len(cells)], "short"))
            continue
        values = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        try:
            row = _read_row(line, values, mapping)
        except _Unreadable as error:
            faults.append(Fault(line, error.column, error.code, error.value))
            continue
        if row.kind != SKIP:
            rows.append(row)
    return rows, faults


def _read_row(line, values, mapping):
    kind = _read_kind(values, mapping)
    if kind == SKIP:
        return Row(line, kind, "", "", "", "", None, "", ZERO, ZERO, ZERO)
    gross = _read_number(values, mapping.gross, mapping)
    fee = _read_number(values, mapping.fee, mapping)
    if mapping.is_fee_negative:
        fee = -fee
    net = _read_number(values, mapping.net, mapping) if mapping.net else gross - fee
    if mapping.net and mapping.fee and gross - fee != net:
        raise _Unreadable(mapping.net, "sum", values[mapping.net])
    payout = values.get(mapping.payout, "")
    if mapping.payout and not payout:
        raise _Unreadable(mapping.payout, "empty")
    payment = values.get(mapping.payment, "")
    if kind in (PAYMENT, REFUND) and not payment:
        raise _Unreadable(mapping.payment, "empty")
    return Row(
        line=line,
        kind=kind,
        payout=payout,
        payment=payment,
        reference=values.get(mapping.reference, ""),
        label=values.get(mapping.label, ""),
        day=_read_day(values, mapping),
        currency=values.get(mapping.currency, "").upper(),
        gross=gross,
        fee=fee,
        net=net,
    )


def _read_kind(values, mapping):
    if not mapping.kind:
        gross = _read_number(values, mapping.gross, mapping)
        if not values.get(mapping.payment):
            return OTHER if gross >= 0 else FEE
        return PAYMENT if gross >= 0 else REFUND
    said = values[mapping.kind]
    known = {name.strip().lower(): kind for name, kind in mapping.kinds}
    kind = known.get(said.lower())
    if not kind:
        raise _Unreadable(mapping.kind, "kind", said)
    return kind


def _read_number(values, column, mapping):
    if not column:
        return ZERO
    said = values[column]
    if not said:
        return ZERO
    plain = "".join(said.split()).replace("\u202f", "").replace("\u00a0", "")
    thousands = "," if mapping.decimal == "." else "."
    plain = plain.replace(thousands, "").replace(mapping.decimal, ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _Unreadable(column, "number", said) from None
    if not number.is_finite():
        raise _Unreadable(column, "number", said)
    return number


def _read_day(values, mapping):
    if not mapping.day or not values[mapping.day]:
        return None
    said = values[mapping.day]
    # Many files write the hour behind the day: the day alone counts.
    for text in (said, said.split("T")[0].split(" ")[0]):
        try:
            return datetime.strptime(text, mapping.day_format).date()
        except ValueError:
            continue
    raise _Unreadable(mapping.day, "day", said)
