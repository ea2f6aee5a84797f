import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import allocation
from ..engine.fees import to_decimal

#: how many documents one payment may be for
MOST_ROWS = 60
KEY = re.compile(r"([a-z])([0-9]{1,9})")
NUMBER = re.compile(r"[0-9]{1,10}([.][0-9]{1,6})?")


class Sentence(str):
    """A refusal that already says that nothing was charged, and the way on."""

    __slots__ = ()


@dataclass(frozen=True)
class PayPart:
    """A document that the payer chose, as it may be paid now.

    :param record: the invoice or the provision
    :param asked: what is asked for now
    :param most: what may be paid of it at the most
    :param is_whole: paid whole or not at all
    :param is_alone: why it is only paid on its own, if so
    :param shares: from an amount to the values of what the transaction notes
    """

    key: str
    label: str
    day: object
    record: object
    asked: float
    most: float
    account: object
    shares: object
    is_whole: bool = False
    is_alone: str = ""


@dataclass
class Choice:
    """What a payer chose to pay: the parts, and what each one gets."""

    parts: list = field(default_factory=list)
    shares: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    #: what the payer wrote, when he chose less than all
    typed: str = ""
    is_part: bool = False

    @property
    def keys(self):
        return [part.key for part in self.parts]

    @property
    def total(self):
        return float(sum(self.shares.values(), Decimal(0)))

    @property
    def currency(self):
        return self.parts[0].record.currency_id if self.parts else None

    def get_share_values(self):
        """Return the values of what the transaction notes, oldest due first."""
        values = []
        for part in self.parts:
            if part.key in self.shares:
                values += part.shares(self.shares[part.key])
        return [{**row, "sequence": order} for order, row in enumerate(values)]


class LegalClientLink(models.Model):
    """What a payer chooses to pay, worked out anew whenever it is asked.

    An addon that has more to pay adds a reader, see :meth:`_get_pay_readers`.
    """

    _inherit = "legal.client.link"

    # -- the choice --------------------------------------------------------------

    def _choose(self, keys, typed="", lock=False):
        """Return the :class:`Choice` of some rows of the page.

        What is no longer to pay is left out, with a sentence that says why.

        :param keys: of the rows, as the browser sent them; anything may come
        :param typed: the amount the payer wrote, if he pays but a part
        :param lock: hold the documents until the transaction is written
        """
        self.ensure_one()
        choice = Choice(typed=(typed or "").strip()[:40])
        parts = []
        for letter, ids in self._read_keys(keys, choice).items():
            read = self._get_pay_readers().get(letter)
            if not read:
                choice.problems.append(self._get_gone_sentence())
                continue
            found, problems = read(ids, lock)
            parts += found
            choice.problems += problems
        parts.sort(key=lambda part: (part.day, part.key))
        self._keep_together(choice, parts)
        self._share_out(choice)
        return choice

    def _read_keys(self, keys, choice):
        """Return {letter: ids}, each once."""
        found = {}
        for key in list(dict.fromkeys(keys))[:MOST_ROWS]:
            match = KEY.fullmatch(key)
            if match:
                found.setdefault(match[1], []).append(int(match[2]))
            else:
                choice.problems.append(self._get_gone_sentence())
        return found

    def _get_gone_sentence(self):
        return self.env._(
            "A document you chose is not on your account any more, and was left out."
        )

    def _get_pay_readers(self):
        """Return {letter of a row: method(ids, lock) → (parts, sentences)}; a hook."""
        return {"i": self._read_pay_invoices, "p": self._read_pay_provisions}

    def _read_pay_invoices(self, ids, lock):
        moves = self._get_moves(
            [("id", "in", ids), ("move_type", "=", "out_invoice")],
            order="invoice_date_due, invoice_date, id",
        )
        # those cancelled are said to be so, and no other payer's are found
        cancelled = moves.search(
            [
                *(
                    term
                    for term in self._get_moves_domain()
                    if term[0] not in ("state", "move_type")
                ),
                ("id", "in", ids),
                ("state", "=", "cancel"),
            ]
        )
        if lock:
            moves.sorted("id")._legal_lock_payment()
        parts, problems, settled = [], [], []
        if len(moves | cancelled) < len(set(ids)):
            problems.append(self._get_gone_sentence())
        for move in moves | cancelled:
            if not lock and move._legal_get_situation() in ("paid", "credited"):
                settled.append(move._legal_get_portal_name())
                continue
            try:
                move._legal_check_payable()
            except UserError as error:
                problems.append(Sentence(error.args[0]))
                continue
            try:
                parts.append(self._read_pay_invoice(move))
            except UserError as error:
                problems.append(error.args[0])
        if settled:
            problems.append(
                self.env._(
                    "Already settled, thank you: %(documents)s.",
                    documents=", ".join(settled),
                )
            )
        return parts, problems

    def _read_pay_invoice(self, move):
        asked = move._legal_get_asked()
        most = move._legal_get_payable_amount()
        if move.currency_id.compare_amounts(most, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "Nothing is asked for invoice %(number)s for now, so it was left"
                    " out.",
                    number=move.name,
                )
            )
        discount = move._get_invoice_next_payment_values()
        is_discounted = discount.get("installment_state") == "epd"
        return PayPart(
            key=f"i{move.id}",
            label=move._legal_get_portal_name(),
            day=move.invoice_date_due or move.invoice_date,
            record=move,
            asked=min(asked["amount"], most),
            most=asked["amount"] if is_discounted else most,
            account=move.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).account_id[:1],
            shares=lambda amount: [{"move_id": move.id, "amount": float(amount)}],
            is_whole=is_discounted,
            is_alone=self.env._(
                "Invoice %(number)s has a rebate for paying it early: pay it on its own"
                " to have it.",
                number=move.name,
            )
            if is_discounted
            else "",
        )

    def _read_pay_provisions(self, ids, lock):
        provisions = self.env["legal.provision"].search(
            [
                *self._get_provisions_domain(),
                ("stage", "!=", "draft"),
                ("id", "in", ids),
            ]
        )
        if lock:
            provisions.sorted("id")._lock()
        parts, problems = [], []
        if len(provisions) < len(set(ids)):
            problems.append(self._get_gone_sentence())
        for provision in provisions:
            deposit = provision._get_deposit_move()
            if deposit.state == "posted":
                # invoiced meanwhile: the deposit invoice is what is paid
                found, more = self._read_pay_invoices(deposit.ids, lock)
                parts += found
                problems += more
                continue
            if provision._get_situation() != "due":
                problems.append(
                    self.env._(
                        "The provision %(number)s is no longer to be paid, or its"
                        " payment is under way: it was left out.",
                        number=provision.name,
                    )
                )
                continue
            amount = provision._get_open_amount()
            partner = provision.partner_id.with_company(provision.company_id)
            parts.append(
                PayPart(
                    key=f"p{provision.id}",
                    label=self.env._("Provision %(number)s", number=provision.name),
                    day=provision.due_on
                    or provision.requested_on
                    or fields.Date.context_today(self),
                    record=provision,
                    asked=amount,
                    most=amount,
                    account=partner.property_account_receivable_id,
                    shares=lambda share, p=provision: [
                        {"provision_id": p.id, "amount": float(share)}
                    ],
                    is_whole=True,
                )
            )
        return parts, problems

    # -- what is paid together -----------------------------------------------------

    def _keep_together(self, choice, parts):
        """Keep what one payment can settle; say what is to be paid on its own."""
        if len(parts) > 1:
            alone = [part for part in parts if part.is_alone]
            choice.problems += [part.is_alone for part in alone]
            parts = [part for part in parts if not part.is_alone] or alone[:1]
        kept = []
        for part in parts:
            first = kept[0] if kept else part
            if part.key in {other.key for other in kept}:
                continue
            if (
                part.record.currency_id != first.record.currency_id
                or part.record.company_id != first.record.company_id
                or part.account != first.account
            ):
                choice.problems.append(
                    self.env._(
                        "%(document)s cannot be paid together with the others: pay it"
                        " once these are settled.",
                        document=part.label,
                    )
                )
                continue
            kept.append(part)
        choice.parts = kept

    def _share_out(self, choice):
        """Give each part what it gets; without a right amount, all that is asked."""
        if not choice.parts:
            return
        parts = [
            allocation.Part(
                part.key, to_decimal(part.asked), to_decimal(part.most), part.is_whole
            )
            for part in choice.parts
        ]
        money = self._pay_money(choice)
        _ = self.env._
        if choice.typed:
            try:
                wanted = self._read_amount(choice.typed, choice.currency)
                choice.shares = allocation.allocate(parts, wanted)
            except allocation.TooMuch as error:
                problem = _(
                    "Only %(most)s may be paid of what you chose: write less, or leave"
                    " the field empty.",
                    most=money(error.most),
                )
            except allocation.WholeOnly as error:
                problem = _(
                    "What you chose is paid whole for %(least)s of it: write that or"
                    " more, or untick it.",
                    least=money(error.least),
                )
            except allocation.AllocationError:
                problem = _(
                    "The amount could not be read: write it like 150.00, above zero."
                )
            else:
                choice.is_part = choice.shares != allocation.allocate(parts)
                return
            choice.problems.append(problem)
            choice.typed = ""
        choice.shares = allocation.allocate(parts)

    def _pay_money(self, choice):
        return lambda amount: self._format_money(float(amount), choice.currency)

    def _read_amount(self, text, currency):
        """Read an amount as people write it: ``1 234,56 €``, ``1234.56``."""
        text = re.sub(r"[\s\u00a0\u202f']|EUR|" + re.escape(currency.symbol), "", text)
        if "," in text:
            text = text.replace(".", "").replace(",", ".")
        if not NUMBER.fullmatch(text):
            raise allocation.NothingToPay(text)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise allocation.NothingToPay(text) from None
        quantum = to_decimal(currency.rounding)
        if amount % quantum:
            raise allocation.NothingToPay(text)
        return amount

    # -- checked before the transaction --------------------------------------------

    def _check_choice(self, keys, typed, amount):
        """Return the choice to charge, held until the transaction is written.

        :param amount: what the page showed; another one is refused
        :raise UserError: a sentence for the payer; nothing was charged
        """
        choice = self._choose(keys, typed, lock=True)
        if choice.problems or not choice.parts:
            reason = next(iter(choice.problems), self._get_gone_sentence())
            if isinstance(reason, Sentence):
                raise UserError(str(reason))
            raise UserError(
                self.env._(
                    "%(reason)s Nothing was charged: reload the page, then pay again.",
                    reason=reason,
                )
            )
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        currency = choice.currency
        if (
            not is_number
            or amount != amount
            or currency.compare_amounts(amount, choice.total)
        ):
            raise UserError(
                self.env._(
                    "What is to pay has changed meanwhile: it is %(total)s now."
                    " Nothing was charged: reload the page, then pay again.",
                    total=self._format_money(choice.total, currency),
                )
            )
        return choice

    def _get_payer(self):
        """Return whom a payment behind this link is made by."""
        self.ensure_one()
        is_own = self.contact_id.commercial_partner_id == self.partner_id
        return self.contact_id if is_own else self.partner_id

    # -- the page of it --------------------------------------------------------------

    def _get_pay_page(self, choice):
        """Return plain values of the step before paying."""
        _ = self.env._
        money = self._pay_money(choice)
        return {
            "title": _("Pay – %(firm)s", firm=self.company_id.name),
            "situation": "due" if choice.parts else "nothing",
            "firm": self._get_page_firm(),
            "contact": self._get_page_contact(),
            "problems": list(dict.fromkeys(choice.problems)),
            "keys": choice.keys,
            "rows": [
                {
                    "label": part.label,
                    "amount": money(choice.shares.get(part.key, 0)),
                    "open": _("of %(open)s", open=money(part.most))
                    if to_decimal(part.most) != choice.shares.get(part.key, 0)
                    else "",
                }
                for part in choice.parts
            ],
            "amount": money(choice.total) if choice.parts else "",
            "typed": choice.typed,
            "is_part": choice.is_part,
            "may_be_part": any(not part.is_whole for part in choice.parts),
            "label": _("Pay %(amount)s", amount=money(choice.total))
            if choice.parts
            else "",
            "may_transfer": bool(choice.parts and self._get_bank(choice)),
        }

    def _get_bank(self, choice):
        """Return the firm's account that a transfer goes to."""
        record = choice.parts[0].record
        if record._name == "account.move":
            return record.partner_bank_id
        return record._get_bank()
