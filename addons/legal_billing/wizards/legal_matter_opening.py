from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.legal_timesheet.models.res_partner import CLIENT_KINDS

#: kinds whose fee the template may leave open
PRICED = ("fixed", "subscription", "opening")


class LegalMatterOpening(models.TransientModel):
    """Open a matter with its team and its fee agreement, ready to be signed."""

    _name = "legal.matter.opening"
    _description = "Open a Matter"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Client", required=True)
    client_kind = fields.Selection(
        CLIENT_KINDS,
        string="Kind of Client",
        compute="_compute_client_kind",
        store=True,
        readonly=False,
    )
    name = fields.Char(string="Object", required=True)
    practice_area_id = fields.Many2one("legal.practice.area")
    opposing_party_ids = fields.Many2many(
        "res.partner",
        "legal_matter_opening_opposing_rel",
        "opening_id",
        "partner_id",
        string="Opposing Parties",
    )
    responsible_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    team_ids = fields.Many2many(
        "res.users",
        "legal_matter_opening_team_rel",
        "opening_id",
        "user_id",
        string="Team",
        domain="[('share', '=', False)]",
    )
    is_walled = fields.Boolean(string="Walled")
    legal_aid = fields.Selection(
        [("none", "No legal aid"), ("full", "Full"), ("partial", "Partial")],
        string="Legal Aid",
        default="none",
        required=True,
    )
    legal_aid_rate = fields.Float(string="Legal Aid Rate")
    legal_aid_share = fields.Monetary(string="Paid by the State")
    conflicts = fields.Text(compute="_compute_conflicts")
    is_free = fields.Boolean(string="No conflict", compute="_compute_conflicts")
    conflict_cleared_reason = fields.Text(string="Conflict Cleared")
    template_id = fields.Many2one(
        "legal.fee.template",
        string="Fee agreement",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        domain="[('company_id', 'in', [False, company_id]),"
        " ('client_kind', 'in', [False, client_kind])]",
    )
    template_summary = fields.Char(related="template_id.summary")
    amount = fields.Monetary(
        string="Fee",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Excluding VAT, for the main term of the template.",
    )
    asks_amount = fields.Boolean(compute="_compute_amount", store=True)
    estimate_low = fields.Monetary(string="Estimate, at least")
    estimate_high = fields.Monetary(string="Estimate, at most", help="Excluding VAT.")
    signature_mode = fields.Selection(
        [
            ("on_premises", "At the firm"),
            ("distance", "At a distance"),
            ("off_premises", "Elsewhere, both being present"),
        ],
        string="Concluded",
        default="distance",
        required=True,
    )
    has_early_start_request = fields.Boolean(string="Asked to start at once")

    @api.depends("partner_id")
    def _compute_client_kind(self):
        for opening in self:
            client = opening.partner_id.commercial_partner_id
            opening.client_kind = client.commercial_client_kind

    @api.depends("practice_area_id", "client_kind", "company_id", "partner_id")
    def _compute_template_id(self):
        """Propose the closest template; one chosen stays while it is fitting.

        Nothing is proposed before the client is known: the first of the list would
        stay, whoever it turns out to be.
        """
        for opening in self:
            if not opening.partner_id:
                opening.template_id = False
                continue
            found = self.env["legal.fee.template"]._find(
                opening.company_id, opening.practice_area_id, opening.client_kind
            )
            if opening.template_id not in found:
                opening.template_id = found[:1]

    @api.depends("template_id")
    def _compute_amount(self):
        for opening in self:
            main = opening._get_priced_term()
            opening.asks_amount = bool(main)
            opening.amount = main.amount

    def _get_priced_term(self):
        terms = self.template_id.term_ids.filtered(lambda term: term.kind in PRICED)
        main = terms.filtered(lambda term: term.kind != "opening")
        return (main or terms)[:1]

    @api.depends("partner_id", "opposing_party_ids", "company_id")
    def _compute_conflicts(self):
        """Say at once what the check on opening would find."""
        for opening in self:
            opening.conflicts, opening.is_free = False, False
            if not opening.partner_id:
                continue
            matter = self.env["legal.matter"].new(
                {
                    "partner_id": opening.partner_id._origin.id,
                    "company_id": opening.company_id.id,
                    "opposing_party_ids": [
                        Command.set(opening.opposing_party_ids._origin.ids)
                    ],
                }
            )
            found = matter._find_conflicts()
            opening.is_free = not found
            opening.conflicts = " ; ".join(map(matter._describe_conflict, found))

    # -- opening -----------------------------------------------------------------

    def action_open_matter(self):
        """Open the matter, draft its agreement and show that, ready to be sent."""
        return self._open_matter()._get_form_action()

    def action_open_and_send(self):
        """Open the matter, then the e-mail that asks the client to sign.

        An agreement that lacks something is shown instead, with what it lacks.
        """
        agreement = self._open_matter()
        if not agreement.is_ready:
            return agreement._get_form_action()
        return self._show_after(agreement.action_send_for_signature())

    def action_open_and_record(self):
        """Open the matter, then the dialog that takes the scan the client signed.

        An agreement that cannot be signed is shown instead, with what it lacks.
        """
        agreement = self._open_matter()
        if not agreement.is_ready:
            return agreement._get_form_action()
        return self._show_after(agreement.action_open_paper())

    @api.model
    def _show_after(self, action):
        """Return the dialog, made to show the agreement once it is done with."""
        return {**action, "context": {**action["context"], "legal_show_after": True}}

    def _open_matter(self):
        """Open the matter and return the draft of its agreement."""
        self.ensure_one()
        if not self.template_id:
            raise UserError(
                self.env._(
                    "“%(name)s” has no fee agreement to start from: choose a template.",
                    name=self.name,
                )
            )
        matter = self.env["legal.matter"].create(self._prepare_matter())
        matter.action_open()
        agreement = self.template_id._create_agreement(
            matter, **self._prepare_agreement()
        )
        self._set_amount(agreement)
        agreement._fill_clauses()
        return agreement

    def _prepare_matter(self):
        team = self.team_ids - self.responsible_id
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "client_kind": self.client_kind,
            "practice_area_id": self.practice_area_id.id,
            "opposing_party_ids": [Command.set(self.opposing_party_ids.ids)],
            "responsible_id": self.responsible_id.id,
            "member_ids": [Command.create({"user_id": user.id}) for user in team],
            "is_walled": self.is_walled,
            "conflict_cleared_reason": self.conflict_cleared_reason,
            "legal_aid": self.legal_aid,
            "legal_aid_rate": self.legal_aid_rate,
            "legal_aid_share": self.legal_aid_share,
        }

    def _prepare_agreement(self):
        values = {
            "signature_mode": self.signature_mode,
            "has_early_start_request": self.has_early_start_request,
        }
        if self.estimate_high:
            values["estimate_line_ids"] = [
                Command.create(
                    {
                        "name": self.env._("Foreseeable work"),
                        "fixed_low": self.estimate_low or self.estimate_high,
                        "fixed_high": self.estimate_high,
                    }
                )
            ]
        return values

    def _set_amount(self, agreement):
        """Give the main term its fee, and its instalments their share of it."""
        main = self._get_priced_term()
        if not main or not self.amount:
            return
        term = agreement.term_ids.filtered(
            lambda t: (t.kind, t.name) == (main.kind, main.name)
        )[:1]
        term.amount = self.amount
        if not term.instalment_ids and main.kind == "fixed":
            term.instalment_ids = [
                Command.create(row._prepare_instalment(agreement.matter_id))
                for row in main.instalment_ids
            ]
