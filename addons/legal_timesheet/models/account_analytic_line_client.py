from odoo import api, fields, models
from odoo.fields import Domain

#: what the client has settled: may be billed
SETTLED = (False, "approved", "tacit")


class AccountAnalyticLine(models.Model):
    """Where an entry stands with the client, if he approves the time."""

    _inherit = "account.analytic.line"

    client_state = fields.Selection(
        [
            ("to_ask", "To ask the Client"),
            ("asked", "Asked of the Client"),
            ("questioned", "Questioned by the Client"),
            ("approved", "Approved by the Client"),
            ("tacit", "Accepted by Silence"),
        ],
        "With the Client",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    client_question = fields.Text("Question of the Client", readonly=True, copy=False)
    client_approval_ids = fields.Many2many(
        "legal.time.client.approval",
        "legal_time_client_approval_entry_rel",
        "entry_id",
        "approval_id",
        "Asked with",
        copy=False,
        readonly=True,
    )

    @api.model
    def _legal_approval_fields(self):
        return super()._legal_approval_fields() | {
            "client_state",
            "client_question",
            "client_approval_ids",
        }

    @api.model
    def _domain_client_settled(self):
        """Return the domain of the entries that no client still has to approve.

        What bills time joins it to its own selection.
        """
        return Domain("client_state", "in", SETTLED)

    def _get_client_states(self):
        """Return ``{entry id: state}`` of what the client is to approve once these
        entries are."""
        # sudo: the agreement decides, whatever the user may read of it
        asking = self.matter_id.sudo().filtered(
            lambda matter: matter._get_client_time_approval()
        )
        asked = self.sudo().filtered_domain(
            [("client_approval_ids.state", "in", ("asked", "questioned"))]
        )
        return {
            entry.id: "asked" if entry.id in asked._ids else "to_ask"
            for entry in self
            if entry.is_billable
            and (entry.matter_id in asking or entry.id in asked._ids)
        }

    def _get_client_narrative(self):
        """Return what the client may read of this entry, never the stock name."""
        self.ensure_one()
        activity = self.activity_code_id
        return self.narrative or activity.client_label or activity.name or ""
