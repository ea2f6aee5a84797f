from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine.prescription import add_months

DECLARE = "legal_dunning.mail_activity_declaration"
COLLECTIVE = ("safeguard", "receivership", "liquidation")


class ResPartner(models.Model):
    """A payer in collective proceedings, or over-indebted: nobody chases him."""

    _inherit = "res.partner"

    insolvency_kind = fields.Selection(
        [
            ("safeguard", "Safeguard"),
            ("receivership", "Receivership"),
            ("liquidation", "Liquidation"),
            ("over_indebted", "Over-indebtedness of a private individual"),
        ],
        "Collective Proceedings",
        tracking=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_opened_on = fields.Date(
        "Opened on",
        tracking=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_published_on = fields.Date(
        "Published in the BODACC on",
        tracking=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_agent_id = fields.Many2one(
        "res.partner",
        "Agent to Declare to",
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_declared_on = fields.Date(
        "Claim Declared on",
        tracking=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_declared_proof = fields.Char(
        "Proof of the Declaration",
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_closed_on = fields.Date(
        "Closed on",
        tracking=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )
    insolvency_due_on = fields.Date(
        "Declare until",
        compute="_compute_insolvency_due_on",
        store=True,
        groups="legal_timesheet.group_legal_user,account.group_account_invoice",
    )

    @api.depends("insolvency_kind", "insolvency_published_on")
    def _compute_insolvency_due_on(self):
        for partner in self:
            day = partner.insolvency_published_on
            if partner.insolvency_kind not in COLLECTIVE or not day:
                partner.insolvency_due_on = False
                continue
            months = self.env["legal.parameter"]._get_decimal(
                "claim_declaration_months", day
            )
            partner.insolvency_due_on = add_months(day, int(months))

    @api.constrains("insolvency_kind", "insolvency_opened_on", "insolvency_closed_on")
    def _check_insolvency(self):
        for partner in self.sudo():
            if partner.insolvency_kind and not partner.insolvency_opened_on:
                raise ValidationError(
                    self.env._(
                        "Write the day on which the proceedings of %(payer)s were"
                        " opened: debts born before it are not chased, later ones are.",
                        payer=partner.name,
                    )
                )
            closed = partner.insolvency_closed_on
            if closed and closed < partner.insolvency_opened_on:
                raise ValidationError(
                    self.env._(
                        "The proceedings of %(payer)s are closed after they were"
                        " opened: correct the days.",
                        payer=partner.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if any(name.startswith("insolvency_") for name in vals):
            for partner in self:
                # sudo: activities and events follow from the days just written.
                partner.sudo()._follow_insolvency()
        return result

    def _is_insolvent(self, day):
        """Tell whether proceedings forbid this payer to pay a debt born on ``day``."""
        # sudo: published in the BODACC.
        partner = self.sudo().commercial_partner_id
        opened = partner.insolvency_opened_on
        return bool(
            partner.insolvency_kind
            and opened
            and day <= opened
            and not partner.insolvency_closed_on
        )

    def _get_prior_debts(self):
        """Return the open invoices born before the proceedings."""
        self.ensure_one()
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        return moves.filtered(lambda move: self._is_insolvent(move._get_debt_day()))

    def _follow_insolvency(self):
        """Leave a task with its limit, take it away once the claim is declared."""
        self.ensure_one()
        self.activity_unlink([DECLARE])
        moves = self._get_prior_debts()
        if self.insolvency_declared_on:
            self._interrupt_by_declaration(moves)
            return
        if not (moves and self.insolvency_due_on) or self.insolvency_closed_on:
            return
        user = moves[:1]._get_dunning_user() or self.env.user
        self.activity_schedule(
            DECLARE,
            date_deadline=self.insolvency_due_on,
            user_id=user.id,
            summary=self.env._(
                "Declare %(amount)s to the agent of %(payer)s",
                amount=moves.company_currency_id[:1].format(
                    sum(moves.mapped("amount_residual_signed"))
                ),
                payer=self.name,
            ),
            note=self.env._(
                "Invoices %(numbers)s. After that day the claim is shut out.",
                numbers=", ".join(moves.mapped("name")),
            ),
        )

    def _interrupt_by_declaration(self, moves):
        """A declared claim interrupts the prescription until the proceedings close."""
        if not (self.insolvency_declared_proof or "").strip():
            raise UserError(
                self.env._(
                    "Write the proof of the declaration against %(payer)s, e.g. the"
                    " number of the registered letter.",
                    payer=self.name,
                )
            )
        Event = self.env["legal.prescription.event"]
        for matter in moves.matter_ids:
            own = Event.search(
                [
                    ("matter_id", "=", matter.id),
                    ("kind", "=", "court"),
                    ("date", "=", self.insolvency_declared_on),
                ],
                limit=1,
            )
            vals = {
                "date_end": self.insolvency_closed_on,
                "proof_reference": self.insolvency_declared_proof,
            }
            if own:
                own.write(vals)
            else:
                Event.create(
                    {
                        **vals,
                        "matter_id": matter.id,
                        "kind": "court",
                        "date": self.insolvency_declared_on,
                        "move_ids": [
                            (
                                6,
                                0,
                                moves.filtered(
                                    lambda m, x=matter: x in m.matter_ids
                                ).ids,
                            )
                        ],
                        "note": self.env._("Declaration of claim"),
                    }
                )


class AccountMove(models.Model):
    """Nothing is asked of who may not pay."""

    _inherit = "account.move"

    def _get_debt_day(self):
        """Return the day on which this debt was born: the work, else the invoice."""
        self.ensure_one()
        return self.legal_period_to or self.invoice_date or fields.Date.today()

    def _is_payer_insolvent(self):
        self.ensure_one()
        return self.commercial_partner_id._is_insolvent(self._get_debt_day())

    def _has_full_legal_aid(self):
        """Tell whether the State pays the lawyer of this very payer."""
        # sudo: whether reminders leave says nothing more.
        payer = self.commercial_partner_id
        return any(
            matter.legal_aid == "full"
            and matter.partner_id.commercial_partner_id == payer
            for matter in self.sudo().matter_ids
        )

    def _get_dunning_hold(self, policy):
        hold = super()._get_dunning_hold(policy)
        if hold:
            return hold
        if self._is_payer_insolvent():
            kind = self.commercial_partner_id.sudo().insolvency_kind
            return "insolvent" if kind in COLLECTIVE else "over_indebted"
        if self._has_full_legal_aid():
            return "legal_aid"
        return None

    def _get_dunning_claims(self, due_on, asked, day):
        """Ask no indemnity where proceedings forbid to pay (C. com., L. 441-10)."""
        result = super()._get_dunning_claims(due_on, asked, day)
        if self._is_payer_insolvent():
            result["indemnity"] = 0
        return result

    def _is_indemnity_barred(self, day):
        """Return whether proceedings forbid the payer to pay this debt."""
        return super()._is_indemnity_barred(day) or self._is_payer_insolvent()

    def _get_interest_statement(self, until):
        """Return nothing for the days after the proceedings opened (L. 622-28)."""
        partner = self.commercial_partner_id.sudo()
        if self._is_payer_insolvent() and partner.insolvency_kind in COLLECTIVE:
            until = min(until, partner.insolvency_opened_on)
        return super()._get_interest_statement(until)

    def _compute_dunning_interest(self, asked, day):
        """Interest stops when the proceedings open (C. com., art. L. 622-28)."""
        partner = self.commercial_partner_id.sudo()
        if self._is_payer_insolvent() and partner.insolvency_kind in COLLECTIVE:
            day = min(day, partner.insolvency_opened_on)
        return super()._compute_dunning_interest(asked, day)


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _explain_hold(self, reason):
        words = {
            "insolvent": self.env._(
                "Collective proceedings forbid the payer to pay older debts: declare"
                " the claim."
            ),
            "over_indebted": self.env._(
                "The payer is over-indebted: the commission decides what is paid."
            ),
            "legal_aid": self.env._("The client has full legal aid: no fee is asked."),
        }
        return words.get(reason) or super()._explain_hold(reason)
