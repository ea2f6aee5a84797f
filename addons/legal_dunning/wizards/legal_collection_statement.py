from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from odoo.addons.legal_billing.report.qr import qr_data_uri


class LegalCollectionStatement(models.TransientModel):
    """The statement of account of one payer: what was billed, paid, and is left.

    Read from the receivable accounts, so that it closes on their balance.
    """

    _name = "legal.collection.statement"
    _description = "Statement of Account"

    case_id = fields.Many2one("legal.collection.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self) - relativedelta(months=6),
    )
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for statement in self:
            if statement.date_from > statement.date_to:
                raise UserError(
                    self.env._(
                        "The statement of %(payer)s must begin before it ends: change"
                        " one of its days.",
                        payer=statement.case_id.partner_id.name,
                    )
                )

    # ----------------------------------------------------------------------- data

    def _get_lang(self):
        self.ensure_one()
        recipient = self.case_id.partner_id._get_dunning_recipient()
        return recipient._get_dunning_lang(self.company_id)

    def _get_filename(self):
        self.ensure_one()
        name = self.with_context(lang=self._get_lang()).env._("Statement")
        return f"{name}-{self.date_to}-{self.case_id.partner_id.id}.pdf"

    def _get_lines(self):
        """Return the receivable lines of the payer up to the last day."""
        # sudo: the account of the payer, asked for by who may open its case.
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("partner_id", "child_of", self.case_id.partner_id.ids),
                    ("date", "<=", self.date_to),
                ],
                order="date, move_id, id",
            )
        )

    def _get_values(self):
        """Return what the page shows, as plain values in the reader's language."""
        self.ensure_one()
        lang = self._get_lang()
        statement = self.with_context(lang=lang)
        lines = statement._get_lines()
        before = lines.filtered(lambda line: line.date < self.date_from)
        money = statement._money
        balance = sum(before.mapped("balance"))
        opening = balance
        rows = []
        for move, own in (lines - before).grouped("move_id").items():
            amount = sum(own.mapped("balance"))
            if statement.currency_id.is_zero(amount):
                continue
            balance += amount
            rows.append(
                {
                    "date": format_date(statement.env, own[0].date),
                    "label": statement._describe(move, amount),
                    "due": statement._get_due(move),
                    "debit": money(amount) if amount > 0 else "",
                    "credit": money(-amount) if amount < 0 else "",
                    "balance": money(balance),
                }
            )
        return {
            "rows": rows,
            "opening": money(opening),
            "opening_on": format_date(
                statement.env, self.date_from - timedelta(days=1)
            ),
            "closing": money(balance),
            "closing_on": format_date(statement.env, self.date_to),
            "is_credit": statement.currency_id.compare_amounts(balance, 0) < 0,
            **statement._get_due_values(),
            **statement._get_payment_values(),
        }

    def _money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _describe(self, move, amount):
        _ = self.env._
        if move.move_type == "out_invoice":
            text = _("Invoice %(number)s", number=move.name)
        elif move.move_type == "out_refund":
            text = _("Credit note %(number)s", number=move.name)
        elif move.origin_payment_id or move.statement_line_id:
            text = _("Payment received") if amount < 0 else _("Payment returned")
        else:
            text = _("Entry %(number)s", number=move.name)
        foreign = move.currency_id
        if foreign and foreign != self.currency_id and move.is_invoice():
            text = f"{text} ({format_amount(self.env, move.amount_total, foreign)})"
        return text

    def _get_due(self, move):
        if move.move_type != "out_invoice" or not move.invoice_date_due:
            return ""
        return format_date(self.env, move.invoice_date_due)

    def _get_due_values(self):
        """Return what is due now and what comes later, on the last day shown."""
        ages = self.case_id._get_ages(self.company_id, self.date_to)
        age = ages[self.case_id.partner_id.id]
        return {
            "overdue": self._money(float(age.amount_overdue)),
            "not_due": self._money(float(age.amount_not_due)),
            "credit": self._money(float(-age.amount_credit)),
            "has_credit": age.amount_credit < 0,
            "has_not_due": age.amount_not_due > 0,
            "to_pay": self._money(
                float(max(age.amount_overdue + age.amount_credit, 0))
            ),
            "has_to_pay": age.amount_overdue + age.amount_credit > 0,
        }

    def _get_payment_values(self):
        """Return how to pay: the bank, the reference, the code of the first invoice."""
        moves = self.case_id._get_overdue_moves().sudo()
        main = moves[:1]
        code = main._legal_get_code_url() if main else ""
        return {
            "iban": main._get_dunning_iban() if main else "",
            "reference": ", ".join(m.payment_reference or m.name for m in moves),
            "link": code,
            "qr": qr_data_uri(code) if code else "",
            "count": len(moves),
        }

    # -------------------------------------------------------------------- buttons

    def _make_pdf(self):
        """Return (file name, PDF/A bytes)."""
        self.ensure_one()
        self.case_id.check_access("read")
        # Rendered for real in tests as well: our renderer asks no web server.
        # sudo: a transient row of the caller's, of a case that he or she may open.
        Report = (
            self.env["ir.actions.report"]
            .sudo()
            .with_context(force_report_rendering=True)
        )
        content, _kind = Report._render_qweb_pdf(
            "legal_dunning.report_statement", self.ids
        )
        return self._get_filename(), content

    def action_print(self):
        """Open the statement as PDF."""
        self.ensure_one()
        self.case_id.check_access("read")
        return self.env.ref("legal_dunning.action_report_statement").report_action(
            self, config=False
        )

    def action_send(self):
        """Keep the statement in the log and open an e-mail to the client with it."""
        self.ensure_one()
        name, content = self._make_pdf()
        case = self.case_id
        lang = self._get_lang()
        env = self.with_context(lang=lang).env
        event = case._log(
            "statement",
            body=self.env._(
                "From %(first)s to %(last)s",
                first=format_date(self.env, self.date_from),
                last=format_date(self.env, self.date_to),
            ),
        )
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": event._name,
                    "res_id": event.id,
                }
            )
        )
        event.attachment_ids = attachment
        recipient = case.partner_id._get_dunning_recipient()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the statement to %(name)s", name=recipient.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": case._name,
                "default_res_ids": case.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": recipient.ids,
                "default_attachment_ids": attachment.ids,
                "default_subject": env._(
                    "%(firm)s: your statement of account",
                    firm=self.company_id.name,
                ),
                "default_body": env._(
                    "Please find attached your statement of account as of %(day)s.",
                    day=format_date(env, self.date_to),
                ),
                "mail_post_autofollow": False,
            },
        }
