import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import payout_file

MOST_FAULTS = 10


class LegalPayoutImport(models.TransientModel):
    """Read in what a provider says it paid out; all of it, or nothing."""

    _name = "legal.payout.import"
    _description = "Read in a File of Payouts"

    method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Provider",
        required=True,
        domain=[("payment_provider_id", "!=", False)],
        default=lambda self: self._default_method_line(),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    format_id = fields.Many2one(
        "legal.payout.format",
        string="Kind of file",
        compute="_compute_format_id",
        store=True,
        readonly=False,
    )
    note = fields.Char(related="format_id.note")
    data = fields.Binary(string="File", required=True, attachment=False)
    filename = fields.Char()

    @api.model
    def _default_method_line(self):
        """Return the only provider there is a rule for, if there is but one."""
        rules = self.env["legal.payout.rule"].search(
            [("company_id", "=", self.env.company.id)]
        )
        lines = rules.method_line_id
        return lines if len(lines) == 1 else lines.browse()

    @api.depends("method_line_id")
    def _compute_format_id(self):
        today = fields.Date.context_today(self)
        for own in self:
            rule = self.env["legal.payout.rule"]._get_rule(own.method_line_id, today)
            own.format_id = own.format_id or rule.format_id

    def action_read(self):
        """Make a payout of each one in the file, for a person to book."""
        self.ensure_one()
        self.env["legal.payout"].check_access("create")
        rows = self._read()
        payouts = self.env["legal.payout"]
        for reference, own in self._group(rows).items():
            payouts |= payouts.create(self._prepare_payout(reference, own))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_billing.legal_payout_action"
        )
        if len(payouts) == 1:
            return {
                **action,
                "res_id": payouts.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {**action, "domain": [("id", "in", payouts.ids)], "context": {}}

    def _read(self):
        if not self.format_id:
            raise UserError(
                self.env._(
                    "Choose the kind of file: nothing says how to read those of"
                    " %(provider)s.",
                    provider=self.method_line_id.name,
                )
            )
        raw = base64.b64decode(self.data or b"")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # What spreadsheets write in French.
            text = raw.decode("cp1252", errors="replace")
        rows, faults = payout_file.read(text, self.format_id._get_mapping())
        if faults:
            raise UserError(
                "\n".join(self._say_fault(fault) for fault in faults[:MOST_FAULTS])
            )
        if not rows:
            raise UserError(
                self.env._(
                    "“%(file)s” has no payment in it: choose the file with the single"
                    " payments.",
                    file=self.filename or "",
                )
            )
        return rows

    def _say_fault(self, fault):
        """Return the sentence of a fault: line, column, and how to mend it."""
        _ = self.env._
        values = {"line": fault.line, "column": fault.column, "value": fault.value}
        sentences = {
            "column": _(
                "Line 1: there is no column “%(column)s”. Choose another kind of file,"
                " or change its columns under Configuration › Files of payouts.",
                **values,
            ),
            "short": _(
                "Line %(line)s, column “%(column)s”: the line ends before it. Is it the"
                " whole file, with the right sign between columns?",
                **values,
            ),
            "number": _(
                "Line %(line)s, column “%(column)s”: “%(value)s” is no amount.",
                **values,
            ),
            "day": _(
                "Line %(line)s, column “%(column)s”: “%(value)s” is no day as this kind"
                " of file writes it.",
                **values,
            ),
            "kind": _(
                "Line %(line)s, column “%(column)s”: nobody said what “%(value)s” is."
                " Add it to the kinds of this file.",
                **values,
            ),
            "empty": _(
                "Line %(line)s, column “%(column)s”: it is empty, and says which"
                " payment or payout this is.",
                **values,
            ),
            "sum": _(
                "Line %(line)s, column “%(column)s”: amount less fee does not make"
                " “%(value)s”.",
                **values,
            ),
        }
        return sentences[fault.code]

    def _group(self, rows):
        """Return {reference of the payout: its rows}."""
        name = (self.filename or "").rpartition(".")[0] or self.filename
        found = {}
        for row in rows:
            found.setdefault(row.payout or name, []).append(row)
        known = self.env["legal.payout"].search(
            [
                ("method_line_id", "=", self.method_line_id.id),
                ("reference", "in", list(found)),
            ]
        )
        if known:
            raise UserError(
                self.env._(
                    "The payout %(reference)s of this file is already here"
                    " (%(payout)s): nothing was read in a second time.",
                    reference=known[0].reference,
                    payout=known[0].name,
                )
            )
        return found

    def _prepare_payout(self, reference, rows):
        currency = self._get_currency(rows)
        days = [row.day for row in rows if row.day]
        payments = self._find_payments(rows)
        self._check_free(rows, payments)
        return {
            "method_line_id": self.method_line_id.id,
            "company_id": self.company_id.id,
            "currency_id": currency.id,
            "reference": reference,
            "date": max(days, default=fields.Date.context_today(self)),
            "amount_net": currency.round(float(sum(row.net for row in rows))),
            "origin": "file",
            "hint": self.env._(
                "Read from the file “%(file)s”.", file=self.filename or ""
            ),
            "line_ids": [
                (0, 0, self._prepare_line(row, payments.get(row.line)))
                for row in rows
                if row.kind != payout_file.FEE
            ],
        }

    def _prepare_line(self, row, payment):
        values = {
            "payment_id": payment.id if payment else False,
            "amount_fee": float(row.fee),
            "label": " ".join(
                part for part in (row.payment, row.reference, row.label) if part
            ),
        }
        if not payment:
            values.update(amount=float(row.gross), date=row.day)
        return values

    def _get_currency(self, rows):
        codes = {row.currency for row in rows if row.currency}
        if len(codes) > 1:
            raise UserError(
                self.env._(
                    "A payout of this file is in several currencies (%(codes)s): ask"
                    " the provider for a file a currency.",
                    codes=", ".join(sorted(codes)),
                )
            )
        if not codes:
            return self.company_id.currency_id
        currency = self.env["res.currency"].search([("name", "=", *codes)], limit=1)
        if not currency:
            raise UserError(
                self.env._(
                    "The currency %(code)s of this file is not in use: switch it on"
                    " under Accounting › Currencies.",
                    code=", ".join(codes),
                )
            )
        return currency

    # -- which payment a row is of --------

    def _find_payments(self, rows):
        """Return {line of the file: payment}, by the provider's number or ours."""
        numbers = {row.payment for row in rows} | {row.reference for row in rows}
        numbers.discard("")
        transactions = self.env["payment.transaction"].search(
            [
                ("company_id", "=", self.company_id.id),
                "|",
                ("provider_reference", "in", list(numbers)),
                ("reference", "in", list(numbers)),
            ]
        )
        transactions |= transactions.child_transaction_ids
        found, used = {}, self.env["account.payment"]
        for row in rows:
            if row.kind not in (payout_file.PAYMENT, payout_file.REFUND):
                continue
            of_row = transactions.filtered(lambda tx, row=row: self._is_of(tx, row))
            payment = (of_row.payment_id - used)[:1]
            if payment:
                found[row.line] = payment
                used |= payment
        return found

    def _is_of(self, tx, row):
        """Tell whether a transaction is the one a row is about."""
        source = tx.source_transaction_id
        numbers = {tx.provider_reference, tx.reference}
        if (tx.operation == "refund") != (row.kind == payout_file.REFUND):
            return False
        if tx.operation == "refund":
            numbers |= {source.provider_reference, source.reference}
        is_named = bool(numbers & {row.payment, row.reference} - {"", False})
        return is_named and not tx.currency_id.compare_amounts(
            abs(tx.amount), abs(float(row.gross))
        )

    def _check_free(self, rows, payments):
        for row in rows:
            payment = payments.get(row.line)
            if payment and payment.legal_payout_id:
                raise UserError(
                    self.env._(
                        "Line %(line)s, column “%(column)s”: the payment %(payment)s"
                        " was already paid out with %(payout)s. Nothing was read in.",
                        line=row.line,
                        column=self.format_id.column_payment,
                        payment=payment.name,
                        payout=payment.legal_payout_id.name,
                    )
                )
