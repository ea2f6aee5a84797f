from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, split
from ..engine.adjust import REVIEW
from .text_policy import TEXT_POLICIES


class LegalPayer(models.Model):
    """Who pays which part of the bills of a matter.

    Payers are asked in their order: a percentage is of the whole it is about, an
    agreed sum or an insurer's ceiling is used up bill after bill, and one payer
    takes all the others leave, cents included. Each gets an invoice of his own.
    Amounts exclude VAT, in the currency of the matter's company.
    """

    _name = "legal.payer"
    _description = "Payer"
    _order = "matter_id, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    matter_id = fields.Many2one(
        "legal.matter", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="matter_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="matter_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("percent", "A percentage"),
            ("fixed", "Up to an agreed sum"),
            ("insurer", "Legal insurer: its scale, up to its ceiling"),
            ("remainder", "All that remains"),
        ],
        string="Pays",
        required=True,
        default="remainder",
    )
    percent = fields.Float(string="Share (%)", digits=(5, 2))
    amount_limit = fields.Monetary(
        string="Up to",
        help="The agreed sum or the insurer's ceiling for the whole matter, excluding"
        " VAT. Empty for an insurer: no ceiling beyond its scale.",
    )
    scale_ids = fields.One2many("legal.payer.scale", "payer_id", string="Scale")
    term_ids = fields.Many2many(
        "legal.fee.term",
        string="Only for the terms",
        help="Empty: the whole bill.",
    )
    covers = fields.Selection(
        [("all", "Fees and costs"), ("fees", "Fees only")],
        required=True,
        default="all",
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    payment_term_id = fields.Many2one("account.payment.term", check_company=True)
    invoice_text_policy = fields.Selection(
        TEXT_POLICIES,
        default="neutral",
        required=True,
        help="What this payer reads of the work; an insurer or an employer is not"
        " entitled to the client's secrets.",
    )
    reference = fields.Char(
        string="Payer's reference", help="Claim or order number, put on its invoices."
    )
    move_ids = fields.One2many("account.move", "legal_payer_id", string="Invoices")
    amount_billed = fields.Monetary(
        string="Billed so far",
        compute="_compute_amount_billed",
        compute_sudo=True,
        help="Excluding VAT, drafts included, credit notes deducted.",
    )
    amount_left = fields.Monetary(
        string="Left", compute="_compute_amount_billed", compute_sudo=True
    )

    _figures_positive = models.Constraint(
        "CHECK (COALESCE(percent, 0) >= 0 AND COALESCE(amount_limit, 0) >= 0)",
        "A payer's share and limit cannot be negative.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A payer stops paying after he starts.",
    )
    _partner_once = models.UniqueIndex(
        "(matter_id, partner_id, kind, COALESCE(date_from, '0001-01-01'))",
        "This payer already has a share of this kind: change that one.",
    )

    @api.depends("partner_id", "kind", "percent", "amount_limit")
    def _compute_display_name(self):
        for payer in self:
            payer.display_name = f"{payer.partner_id.name} – {payer._get_share_label()}"

    @api.depends("move_ids.amount_untaxed_signed", "move_ids.state", "amount_limit")
    def _compute_amount_billed(self):
        billed = self._get_amounts_billed()
        for payer in self:
            payer.amount_billed = billed.get(payer.id, 0.0)
            left = payer.amount_limit - payer.amount_billed
            payer.amount_left = max(left, 0.0) if payer.amount_limit else 0.0

    def _get_amounts_billed(self):
        """Return {payer id: billed so far, excluding VAT}, in one query."""
        # sudo: sums alone, of invoices whose payer is on the reader's own matter.
        rows = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [("legal_payer_id", "in", self.ids), ("state", "!=", "cancel")],
                ["legal_payer_id"],
                ["amount_untaxed_signed:sum"],
            )
        )
        return {payer.id: amount for payer, amount in rows}

    # -- rules -----------------------------------------------------------------

    @api.constrains(
        "matter_id", "kind", "percent", "amount_limit", "date_from", "date_to"
    )
    def _check_payers(self):
        if not self.env.context.get("legal_payers_of_matter"):
            self.matter_id._check_payers()

    def unlink(self):
        matters = self.matter_id
        result = super().unlink()
        if not self.env.context.get("legal_payers_of_matter"):
            matters.exists()._check_payers()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for payer in self.filtered("move_ids"):
            raise ValidationError(
                self.env._(
                    "%(payer)s was already billed on %(matter)s: end the share by a"
                    " date instead of deleting it.",
                    payer=payer.partner_id.name,
                    matter=payer.matter_id._neutral_label(),
                )
            )

    def _check_figures(self):
        """Refuse a share without its figure, or a remainder of only some terms."""
        self.ensure_one()
        words = {
            "payer": self.partner_id.name,
            "matter": self.matter_id._neutral_label(),
        }
        if self.kind == "percent" and not self.percent:
            raise ValidationError(
                self.env._(
                    "%(payer)s pays a percentage of %(matter)s but none is given:"
                    " enter it.",
                    **words,
                )
            )
        if self.kind == "fixed" and not self.amount_limit:
            raise ValidationError(
                self.env._(
                    "%(payer)s pays up to an agreed sum on %(matter)s but none is"
                    " given: enter it, excluding VAT.",
                    **words,
                )
            )
        if self.kind == "insurer" and not (self.amount_limit or self.scale_ids):
            raise ValidationError(
                self.env._(
                    "The insurer %(payer)s has neither a scale nor a ceiling on"
                    " %(matter)s: enter at least one of them.",
                    **words,
                )
            )
        if self.kind == "remainder" and (self.term_ids or self.covers != "all"):
            raise ValidationError(
                self.env._(
                    "%(payer)s takes all that remains of %(matter)s, so of every term"
                    " and cost: empty “Only for the terms” and choose “Fees and"
                    " costs”.",
                    **words,
                )
            )

    def _covers_day(self, day):
        self.ensure_one()
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or day <= self.date_to
        )

    # -- what the engine is told -------------------------------------------------

    def _prepare_engine_payer(self, line_keys=None, billed=0.0):
        """Return this payer for :mod:`engine.split`.

        :param line_keys: lines of the bill the share is about, None for all
        :param float billed: what earlier bills took of an agreed sum or ceiling
        """
        self.ensure_one()
        left = None
        if self.kind == "fixed" or (self.kind == "insurer" and self.amount_limit):
            left = max(
                fees.to_decimal(self.amount_limit) - fees.to_decimal(billed), fees.ZERO
            )
        scale = None
        if self.kind == "insurer" and self.scale_ids:
            scale = sum(
                (fees.to_decimal(row.amount) for row in self.scale_ids._get_unbilled()),
                fees.ZERO,
            )
        return split.Payer(
            key=self.id,
            kind=self.kind,
            percent=fees.to_decimal(self.percent) if self.kind == "percent" else None,
            left=left,
            scale=scale,
            line_keys=None if line_keys is None else frozenset(line_keys),
        )

    def _get_scope_keys(self, terms):
        """Return what the share is about among these terms, None for all."""
        self.ensure_one()
        if self.term_ids:
            return self.term_ids.ids
        return None if self.covers == "all" else [*terms, "fees"]

    def _takes_group(self, group):
        """Tell whether the share is about a group of pre-bill lines."""
        self.ensure_one()
        lines = group["lines"]
        if self.term_ids and lines[:1].allowance_key == REVIEW:
            # a discount on all the fees is theirs who pay all of them
            worked = lines.prebill_id._get_billed_lines()
            worked = worked.filtered(lambda line: line.section == "fees")
            return worked.term_id <= self.term_ids
        if self.term_ids:
            return bool(group["lines"].term_id & self.term_ids)
        return self.covers == "all" or group["section"] == "fees"

    def _get_share_label(self):
        """Return the share in words, for the firm's own screens."""
        self.ensure_one()
        _ = self.env._
        if self.kind == "percent":
            return _("%(percent)s %%", percent=f"{self.percent:g}".replace(".", ","))
        if self.kind == "remainder":
            return _("what remains")
        limit = self.currency_id.format(self.amount_limit)
        return _("up to %(amount)s", amount=limit) if self.amount_limit else _("scale")
