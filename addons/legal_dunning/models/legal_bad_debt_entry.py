from decimal import Decimal

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..engine import bad_debt
from ..report import bundle
from .legal_bad_debt import (
    CHARGE,
    DOUBTFUL,
    LOSS_BEFORE,
    LOSS_YEAR,
    PROVISION,
    RELEASE,
)
from .legal_dunning_planning import to_decimal


class LegalBadDebt(models.Model):
    """The entries of a doubtful receivable, to the cent."""

    _inherit = "legal.bad.debt"

    # Accounts -----------------------------------------------------------------

    def _get_account(self, code):
        Account = self.env["account.account"].with_company(self.company_id)
        account = Account.search(
            [
                *Account._check_company_domain(self.company_id),
                ("code", "=like", f"{code}%"),
            ],
            order="code",
            limit=1,
        )
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no account that starts with %(code)s: add it to"
                    " the chart of accounts.",
                    company=self.company_id.name,
                    code=code,
                )
            )
        return account

    def _get_loss_account(self, day):
        """Return 6541 for an invoice of this financial year, else 6544."""
        year = self.company_id.compute_fiscalyear_dates(day)
        is_old = self.move_id.invoice_date < year["date_from"]
        return self._get_account(LOSS_BEFORE if is_old else LOSS_YEAR)

    def _get_journal(self):
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "general"),
                ("id", "!=", self.company_id.tax_cash_basis_journal_id.id),
                ("id", "!=", self.company_id.currency_exchange_journal_id.id),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for miscellaneous entries: create one.",
                    company=self.company_id.name,
                )
            )
        return journal

    def _post_entry(self, day, words, rows):
        """Post one entry of this receivable.

        :param rows: (account, debit less credit, other values)
        """
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": self._get_journal().id,
                "ref": words,
                "bad_debt_id": self.id,
                "line_ids": [
                    Command.create(
                        {
                            "name": words,
                            "account_id": account.id,
                            "balance": float(amount),
                            "partner_id": self.partner_id.id,
                            "tax_ids": [],
                            **values,
                        }
                    )
                    for account, amount, values in rows
                    if amount
                ],
            }
        )
        entry.action_post()
        return entry

    def _get_open_lines(self, account):
        """Return the lines of this receivable's entries not matched on an account."""
        return self.entry_ids.line_ids.filtered(
            lambda line: (
                line.account_id == account
                and line.parent_state == "posted"
                and not line.reconciled
            )
        )

    # Figures ------------------------------------------------------------------

    def _get_receivable(self):
        terms = self.move_id._get_dunning_terms()
        if not terms:
            raise UserError(
                self.env._(
                    "Nothing is left to pay on %(invoice)s: it is not doubtful.",
                    invoice=self.move_id.name,
                )
            )
        return terms

    def _get_vat_rows(self, residual):
        """Return [(tax line, VAT of what is unpaid, was due when invoiced)].

        VAT due on payment: what the transition account still holds. VAT due on the
        invoice: the share of what is unpaid.
        """
        move = self.move_id
        total = to_decimal(self.currency_id, abs(move.amount_total_signed))
        rows = []
        for line in move.line_ids.filtered("tax_repartition_line_id"):
            tax = to_decimal(self.currency_id, -line.balance)
            if line.tax_line_id.tax_exigibility == "on_payment":
                moved = self.env["account.move.line"].search(
                    [
                        ("move_id.tax_cash_basis_origin_move_id", "=", move.id),
                        ("parent_state", "=", "posted"),
                        ("account_id", "=", line.account_id.id),
                    ]
                )
                vat = tax - to_decimal(self.currency_id, sum(moved.mapped("balance")))
                rows.append((line, vat, False))
            else:
                rows.append((line, bad_debt.share(tax, residual, total), True))
        return [row for row in rows if row[1]]

    # Doubtful -----------------------------------------------------------------

    def _book_doubtful(self, day, percent):
        """Move the receivable to 416 and provide for its amount without VAT."""
        self.ensure_one()
        terms = self._get_receivable()
        residual = to_decimal(self.currency_id, sum(terms.mapped("amount_residual")))
        vat = sum((row[1] for row in self._get_vat_rows(residual)), Decimal(0))
        words = self.env._("Doubtful: %(invoice)s", invoice=self.move_id.name)
        self._post_entry(
            day,
            words,
            [
                (self._get_account(DOUBTFUL), residual, {}),
                (terms.account_id[:1], -residual, {}),
            ],
        )
        provision = bad_debt.depreciation(residual - vat, Decimal(str(percent)))
        if provision:
            self._post_entry(
                day,
                self.env._("Provision: %(invoice)s", invoice=self.move_id.name),
                [
                    (self._get_account(CHARGE), provision, {}),
                    (self._get_account(PROVISION), -provision, {}),
                ],
            )
        self.write(
            {
                "doubtful_on": day,
                "amount_doubtful": float(residual),
                "amount_base": float(residual - vat),
                "rate_percent": percent,
                "amount_provision": float(provision),
            }
        )

    def _release_provision(self, day, amount):
        if amount:
            self._post_entry(
                day,
                self.env._(
                    "Provision released: %(invoice)s", invoice=self.move_id.name
                ),
                [
                    (self._get_account(PROVISION), amount, {}),
                    (self._get_account(RELEASE), -amount, {}),
                ],
            )
            self.amount_provision -= float(amount)

    def _book_recovery(self, day):
        """Follow a payment: as much leaves 416, and its share leaves the provision."""
        currency = self.currency_id
        paid = to_decimal(currency, self.amount_paid_since)
        if not paid:
            return
        before = to_decimal(currency, self.amount_doubtful)
        doubtful = self._get_account(DOUBTFUL)
        receivable = self.move_id.line_ids.account_id.filtered(
            lambda account: account.account_type == "asset_receivable"
        )[:1]
        credit = self._get_open_lines(receivable)
        entry = self._post_entry(
            day,
            self.env._("Recovered: %(invoice)s", invoice=self.move_id.name),
            [(receivable, paid, {}), (doubtful, -paid, {})],
        )
        debit = entry.line_ids.filtered(lambda line: line.account_id == receivable)
        (credit | debit).reconcile()
        self._get_open_lines(doubtful).reconcile()
        provision = to_decimal(currency, self.amount_provision)
        self._release_provision(day, bad_debt.share(provision, paid, before))
        left = before - paid
        self.write(
            {
                "amount_doubtful": float(left),
                "amount_base": float(
                    bad_debt.share(to_decimal(currency, self.amount_base), left, before)
                ),
                "state": "doubtful" if left else "recovered",
            }
        )

    # Lost ---------------------------------------------------------------------

    def _book_loss(self, day):
        """Write the receivable off: the loss without VAT, the VAT never due."""
        self.ensure_one()
        if self.amount_paid_since:
            self._book_recovery(day)
        terms = self._get_receivable()
        residual = to_decimal(self.currency_id, sum(terms.mapped("amount_residual")))
        vat_rows = self._get_vat_rows(residual)
        vat = sum((row[1] for row in vat_rows), Decimal(0))
        doubtful = self._get_account(DOUBTFUL)
        recovered = any(row[2] for row in vat_rows)
        entry = self._post_entry(
            day,
            self.env._("Lost: %(invoice)s", invoice=self.move_id.name),
            [
                (self._get_loss_account(day), residual - vat, {}),
                *(
                    (line.account_id, amount, self._get_vat_values(line, was_due))
                    for line, amount, was_due in vat_rows
                ),
                (doubtful, -residual, {}),
            ],
        )
        own = self._get_open_lines(doubtful) | entry.line_ids.filtered(
            lambda line: line.account_id == doubtful
        )
        own.filtered(lambda line: not line.reconciled).reconcile()
        # The invoice was never paid: matching it must not make its VAT due.
        open_credit = self._get_open_lines(terms.account_id)
        (terms | open_credit).with_context(no_cash_basis=True).reconcile()
        provision = to_decimal(self.currency_id, self.amount_provision)
        self._release_provision(day, provision)
        self.write(
            {
                "state": "lost",
                "lost_on": day,
                "amount_lost": float(residual - vat),
                "amount_vat": float(vat),
                "is_vat_recovered": recovered,
                "decision_reason": self.write_off_reason,
                "decided_by_id": self.env.uid,
            }
        )
        if recovered:
            self._make_vat_note()

    def _get_vat_values(self, line, was_due):
        """Return the values of a line of VAT: taken back on the return when it was
        declared, silent when it never was."""
        if not was_due:
            return {}
        tax = line.tax_line_id
        repartition = tax.refund_repartition_line_ids.filtered(
            lambda item: item.repartition_type == "tax"
        )[:1]
        return {
            "tax_repartition_line_id": repartition.id,
            "tax_tag_ids": [Command.set(repartition.tag_ids.ids)],
        }

    def _reverse_entries(self, day):
        """Reverse what is booked, the latest first; matching is undone before."""
        entries = self.entry_ids.filtered(
            lambda move: (
                move.state == "posted"
                and not move.reversed_entry_id
                and not move.reversal_move_ids
            )
        ).sorted("id", reverse=True)
        entries.line_ids.remove_move_reconcile()
        reversals = entries._reverse_moves(
            [
                {
                    "date": day,
                    "ref": self.env._("Taken back: %(entry)s", entry=entry.ref),
                    "bad_debt_id": self.id,
                }
                for entry in entries
            ],
            cancel=True,
        )
        self.message_post(
            body=self.env._(
                "Entries taken back: %(entries)s.",
                entries=", ".join(reversals.mapped("name")),
            )
        )

    # VAT recovery note --------------------------------------------------------

    def _make_vat_note(self):
        """Make the duplicate that lets the firm take back the VAT it declared."""
        lang = self.partner_id.lang or self.env.lang
        own = self.with_context(lang=lang)
        title = own.env._("Duplicate of invoice %(number)s", number=self.move_id.name)
        sentence = own.env._(
            "Invoice unpaid for %(net)s (net price) and for %(vat)s (tax), which cannot"
            " be deducted (CGI, art. 272).",
            net=format_amount(own.env, self.amount_lost, self.currency_id),
            vat=format_amount(own.env, self.amount_vat, self.currency_id),
        )
        values = {
            "title": title,
            "blocks": [
                {"kind": "text", "text": self.partner_id.name},
                {"kind": "title", "text": sentence},
            ],
            "is_cover": False,
            "author": self.company_id.name,
            "firm": self.company_id._legal_get_letterhead(),
            "running": title,
            "lang": lang,
        }
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        html = own.env["ir.qweb"]._render("legal_dunning.taxation_document", values)
        note = Report._legal_lay_out(str(html))
        copy = self.move_id.invoice_pdf_report_id.raw
        if copy and bundle.is_archival(copy):
            note = bundle.assemble(
                [bundle.Part(title, note), bundle.Part(title, copy)],
                title,
                self.company_id.name,
                self.write_date.replace(tzinfo=bundle.UTC),
                own.env._("Page %(page)s / %(pages)s"),
            )
        self.vat_note_id = self.env["ir.attachment"].create(
            {
                "name": f"{title}.pdf".replace("/", "-"),
                "raw": note,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _get_free_credits(self, company, partners):
        """Leave out the transfers to 416: they are no money of the client."""
        credits = super()._get_free_credits(company, partners)
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("move_id.bad_debt_id", "!=", False),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("partner_id", "child_of", partners.ids),
                ]
            )
        )
        for line in lines:
            key = (line.partner_id.commercial_partner_id.id, line.currency_id.id)
            amount = to_decimal(line.currency_id, line.amount_residual_currency)
            if key in credits and amount < 0:
                credits[key] = max(credits[key] + amount, Decimal(0))
        return credits
