from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.rounding import DAY, ENTRY, Increment

INCREMENT_FIELDS = {"time_increment_minutes", "time_rounding", "time_rounding_scope"}


class LegalMatter(models.Model):
    """What a matter says about its price: currency and increments."""

    _inherit = "legal.matter"

    time_rounding_scope = fields.Selection(
        [(ENTRY, "Each entry"), (DAY, "The day of each person")],
        "Rounds",
        required=True,
        default=ENTRY,
        help="By the day, the entries of a person on one day are added up before they"
        " are rounded; what that adds goes to the longest of them.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_currency_id(self):
        """Taken from the client when it is chosen; see ``_follow_client_currency``."""
        for matter in self:
            company = matter.company_id or self.env.company
            # sudo: the client's currency, for whoever may see the matter
            client = matter.partner_id.sudo().with_company(company)
            matter.currency_id = client._get_legal_fee_currency() or company.currency_id

    @api.model
    def _follow_client_currency(self, partners):
        """Take over the currency of clients on matters where nothing is settled."""
        # sudo: every matter of the client, walled ones too
        matters = self.sudo().search([("partner_id", "child_of", partners.ids)])
        matters = matters.filtered(lambda matter: matter._can_change_currency())
        before = {matter: matter.currency_id for matter in matters}
        self.env.add_to_compute(self._fields["currency_id"], matters)
        matters.modified(["currency_id"])
        changed = matters.filtered(lambda m: m.currency_id != before[m])
        if changed:
            self.env["account.analytic.line"]._legal_recompute_drafts(
                Domain("matter_id", "in", changed.ids)
            )

    def _can_change_currency(self):
        """Hook: a matter keeps its currency once something was priced for good."""
        self.ensure_one()
        return not self.env["account.analytic.line"].search_count(
            self._get_time_domain() & Domain("approval_state", "=", "approved"), limit=1
        )

    # ---------------------------------------------------------------- increments

    def _get_time_increment(self, day=None):
        """Return the :class:`Increment` that rounds the work of a day."""
        self.ensure_one()
        return self._get_time_increments([(self.id, day)])[self.id, day]

    def _get_time_increments(self, pairs):
        """Return ``{(matter id, day): Increment}``; an agreement may override it.

        :param pairs: iterable of ``(matter id, day)`` of these matters
        """
        own = {
            matter._origin.id: Increment(
                matter.time_increment_minutes,
                matter.time_rounding,
                matter.time_rounding_scope,
            )
            for matter in self
        }
        return {(matter_id, day): own[matter_id] for matter_id, day in pairs}

    def write(self, vals):
        result = super().write(vals)
        if INCREMENT_FIELDS & vals.keys():
            self.env["account.analytic.line"]._legal_round_again(
                Domain("matter_id", "in", self.ids)
            )
        return result

    # ---------------------------------------------------------------- rate card

    def action_rates(self):
        """Show what an hour of each person costs on this matter."""
        self.ensure_one()
        self.check_access("read")
        return self.env["legal.rate"]._get_card_action(self)
