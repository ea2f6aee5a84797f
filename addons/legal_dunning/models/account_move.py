from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, formatLang

from ..engine import claims, interest
from ..engine.exceptions import RateGapError
from .legal_dunning_planning import to_decimal


class AccountMove(models.Model):
    """An invoice that knows what has been said about it, and what comes next."""

    _inherit = "account.move"

    dunning_line_ids = fields.One2many(
        "legal.dunning.action.line",
        "move_id",
        "Reminders",
        copy=False,
        groups="legal_timesheet.group_legal_user",
    )
    dunning_count = fields.Integer(
        compute="_compute_dunning_count", groups="legal_timesheet.group_legal_user"
    )
    dunning_policy_id = fields.Many2one(
        "legal.dunning.policy",
        compute="_compute_dunning_policy_id",
        help="Of the matter, else of the client, else of the firm for this kind of"
        " client.",
    )
    dunning_next = fields.Char(
        "Next Reminder",
        compute="_compute_dunning_next",
        groups="legal_dunning.group_legal_collector",
    )

    @api.depends("dunning_line_ids")
    def _compute_dunning_count(self):
        for move in self:
            move.dunning_count = len(
                move.dunning_line_ids.filtered(lambda line: line.state == "sent")
            )

    @api.depends(
        "matter_ids", "commercial_partner_id", "legal_client_kind", "company_id"
    )
    def _compute_dunning_policy_id(self):
        for move in self:
            move.dunning_policy_id = move._get_dunning_policies()[move]

    def _compute_dunning_next(self):
        for move in self:
            move.dunning_next = move._explain_dunning_next()

    # What is due --------------------------------------------------------------

    def _get_dunning_terms(self):
        """Return the receivable lines still to pay."""
        return self.sudo().line_ids.filtered(
            lambda line: (
                line.display_type == "payment_term"
                and line.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
                and line.amount_residual_currency > 0
            )
        )

    def _get_dunning_claim(self, terms, day):
        """Return the engine's claim on this invoice, seen from ``day``."""
        self.ensure_one()
        due_on = min(terms.mapped("date_maturity"))
        currency = self.currency_id

        def total(lines):
            return to_decimal(currency, sum(lines.mapped("amount_residual_currency")))

        return claims.Claim(
            key=self.id,
            payer=self.commercial_partner_id.id,
            currency=currency.id,
            due_on=due_on,
            due=total(
                terms.filtered(
                    lambda line: (
                        line.date_maturity < day or line.date_maturity == due_on
                    )
                )
            ),
            residual=total(terms),
            disputed=to_decimal(currency, self.disputed_amount),
        )

    def _get_dunning_policies(self):
        """Return {invoice: policy} of the matter, else of the client, else of the
        firm for this kind of client."""
        found = {}
        # sudo: which words are used says nothing about the matter.
        for company, moves in self.sudo().grouped("company_id").items():
            found |= moves.with_company(company)._find_dunning_policies(company)
        return {move.with_env(self.env): policy for move, policy in found.items()}

    def _find_dunning_policies(self, company):
        Policy = self.env["legal.dunning.policy"]
        clients = (self.partner_id | self.matter_ids.partner_id).commercial_partner_id
        clients.fetch(["dunning_policy_id"])
        defaults, found = {}, {}
        for move in self:
            payer = move.commercial_partner_id
            client = move.matter_ids.partner_id.commercial_partner_id[:1]
            own = (
                move.matter_ids.dunning_policy_id[:1]
                or payer.dunning_policy_id
                or client.dunning_policy_id
            )
            kind = move._legal_get_client_kind()
            if not own and kind not in defaults:
                defaults[kind] = Policy._get_default(company, kind)
            found[move] = own or defaults[kind]
        return found

    def _get_dunning_hold(self, policy):
        """Return why nothing is sent about this invoice, whatever it owes."""
        self.ensure_one()
        if self.company_id.dunning_off:
            return "company_off"
        if self.commercial_partner_id.dunning_off:
            return "client_off"
        if any(self.matter_ids.mapped("dunning_off")):
            return "matter_off"
        if self.no_followup:
            return "excluded"
        if not policy.level_ids:
            return "no_policy"
        return None

    def _explain_dunning_next(self):
        """Return one sentence: what comes next about this invoice, or why nothing."""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.state != "posted":
            return False
        Action = self.env["legal.dunning.action"]
        move = self.sudo().with_company(self.company_id)
        if not move._get_dunning_terms():
            return Action._explain_hold("paid")
        rows = Action.sudo()._get_receivables(
            self.company_id._get_dunning_today(),
            self.company_id,
            partners=move.commercial_partner_id,
        )
        row = next((r for r in rows if r.move.id == self.id), None)
        row = (
            row
            or Action.sudo()._get_receivables(
                self.company_id._get_dunning_today(), self.company_id, moves=move
            )[0]
        )
        if row.hold or row.step.level is None:
            return Action._explain_hold(row.hold or row.step.reason)
        level = row.policy.level_ids.filtered(
            lambda level: level.sequence == row.step.level.rank
        )
        return self.env._(
            "%(level)s on %(day)s (%(policy)s).",
            level=level.name,
            day=format_date(self.env, row.step.on),
            policy=row.policy.name,
        )

    # Penalties ----------------------------------------------------------------

    def _get_dunning_claims(self, due_on, asked, day):
        """Return what is claimed beside the balance on ``day``.

        :return: {interest, indemnity, percents}; nothing before the due date is past
        :raise UserError: the law's figure for one of the days is not recorded
        """
        self.ensure_one()
        if day <= due_on or self._is_dunning_claim_waived():
            return {"interest": 0, "indemnity": 0, "percents": ()}
        results = self._compute_dunning_interest(asked, day)
        percents = dict.fromkeys(p for result in results for p in result.percents)
        indemnity = self.env["legal.parameter"]._get_decimal(
            "recovery_indemnity", due_on
        )
        euro = self.env.ref("base.EUR")
        return {
            "interest": float(sum((r.amount for r in results), Decimal(0))),
            "indemnity": euro._convert(
                float(indemnity), self.currency_id, self.company_id, day
            ),
            "percents": tuple(percents),
        }

    def _compute_dunning_interest(self, asked, day):
        """Return the engine's result for each term that is late on ``day``.

        What is disputed, or covered by a credit not yet matched, bears nothing;
        it is taken off the oldest terms, where it would have borne most.
        """
        currency = self.currency_id
        quantum = Decimal(str(currency.rounding))
        terms = (
            self._get_dunning_terms()
            .filtered(lambda line: line.date_maturity < day)
            .sorted("date_maturity")
        )
        left = to_decimal(
            currency, sum(terms.mapped("amount_residual_currency")) - asked
        )
        rates = self._get_dunning_rates(terms, day)
        results = []
        for term in terms:
            residual = to_decimal(currency, term.amount_residual_currency)
            unasked = max(min(left, residual), Decimal(0))
            left -= unasked
            try:
                results.append(
                    interest.simple_interest(
                        to_decimal(currency, term.amount_currency) - unasked,
                        term._get_dunning_payments(),
                        rates,
                        term.date_maturity,
                        day,
                        quantum,
                        **self.company_id._get_interest_rules(),
                    )
                )
            except RateGapError as error:
                raise UserError(self._explain_rate_gap(error.day)) from None
        return results

    def _get_dunning_rates(self, terms, day):
        first_day = min(terms.mapped("date_maturity"), default=day)
        return self.env["legal.interest.rate"]._get_rates(
            "late_payment", first_day, day
        )

    def _explain_rate_gap(self, day):
        return self.env._(
            "No rate of late-payment penalties is recorded for %(day)s, which the"
            " reminder about %(number)s needs: enter it with its source under"
            " Configuration › Interest rates.",
            day=format_date(self.env, day),
            number=self.name,
        )

    def _get_dunning_interest_note(self, line, day):
        """Return the arithmetic of the penalties, to show who asks why."""
        self.ensure_one()
        steps = [
            step
            for result in self._compute_dunning_interest(line.amount_due, day)
            for step in result.steps
        ]
        return " + ".join(
            self.env._(
                "%(balance)s × %(rate)s %% × %(days)s d / %(year)s",
                balance=format_amount(self.env, float(step.balance), self.currency_id),
                rate=formatLang(self.env, float(step.percent), digits=2),
                days=step.days,
                year=step.year_days,
            )
            for step in steps
        )

    # What the messages say ----------------------------------------------------

    def _get_dunning_partner(self):
        """Return who is written to about this invoice."""
        self.ensure_one()
        return self.commercial_partner_id._get_dunning_recipient()

    def _get_dunning_user(self):
        """Return the person who answers to the client for this invoice."""
        self.ensure_one()
        # sudo: the name of the responsible is on each letter the firm sends.
        users = self.sudo().matter_ids.responsible_id[:1]
        fallback = self.invoice_user_id
        if not fallback.active or fallback.share:
            fallback = self.env["res.users"]
        return users or fallback

    def _get_dunning_contact(self):
        """Return {name, phone, email, reply_to} of that person, or of the firm."""
        self.ensure_one()
        company = self.company_id
        person = self._get_dunning_user().sudo().partner_id
        email = person.email or company.email
        return {
            "name": person.name or company.name,
            "phone": person.phone or company.phone,
            "email": email,
            "reply_to": person.email_formatted if person.email else email,
        }

    def _get_dunning_link(self, contact=None):
        """Return the absolute address at which this invoice can be read and paid.

        :param contact: who gets it: one of the payer's house gets a key of his own
            link, which ends and can be revoked
        """
        self.ensure_one()
        # sudo: the token of the portal, meant for the very client written to.
        move = self.sudo()
        if contact and contact.commercial_partner_id == move.commercial_partner_id:
            move = move.env["legal.client.link"]._put_under_link(move, contact) or move
        return f"{move.get_base_url()}{move.get_portal_url()}"

    def _get_dunning_mail_link(self, moves):
        """Return the payer's page as e-mails write it: its key is put in later."""
        return self.env["legal.client.link"]._get_mail_url(
            self.company_id,
            self.commercial_partner_id,
            [f"i{move.id}" for move in moves],
        )

    def _get_dunning_link_html(self, channel):
        """Return what stands for {lien}: a link, or in a letter the QR code."""
        self.ensure_one()
        if channel in ("letter", "registered", "manual"):
            text = self.env._("QR code below")
        else:
            text = self.env._("payment page")
        if channel == "email":
            link = self._get_dunning_mail_link(self)
        else:
            link = self._legal_get_code_url()
        return Markup('<a href="%s">%s</a>') % (link, text)

    def _get_dunning_iban(self):
        """Return the IBAN to pay to, in groups of four."""
        self.ensure_one()
        bank = self.sudo().partner_bank_id or self.company_id.sudo().bank_ids[:1]
        number = (bank.acc_number or "").replace(" ", "")
        return "\N{NO-BREAK SPACE}".join(
            number[i : i + 4] for i in range(0, len(number), 4)
        )

    def action_view_dunning(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dunning_action_action"
        )
        action["domain"] = [("line_ids.move_id", "in", self.ids)]
        action["context"] = {}
        return action
