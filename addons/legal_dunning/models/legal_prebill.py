from collections import defaultdict

from odoo import api, models
from odoo.tools import format_list

from odoo.addons.legal_billing.engine import anomalies


class LegalPrebill(models.Model):
    """A client who contests a bill is not sent another without a word."""

    _inherit = "legal.prebill"

    @api.model
    def _get_check_codes(self):
        return [*super()._get_check_codes(), "dispute"]

    def _check_dispute(self, case):
        """Return the pre-bills of clients who dispute an invoice, of any matter."""
        bills = defaultdict(list)
        for prebill in self:
            bills[prebill.partner_id.commercial_partner_id.id].append(prebill.id)
        # sudo: a lawyer knows that his client disputes, not what of which matter
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("disputed_amount", ">", 0),
                    ("commercial_partner_id", "in", list(bills)),
                ],
                order="invoice_date, id",
            )
        )
        return [
            anomalies.Finding(
                bill,
                None,
                "dispute",
                facts={
                    "numbers": disputed.mapped("name"),
                    "amounts": [
                        [move.currency_id.id, str(move.disputed_amount)]
                        for move in disputed
                    ],
                },
                related=tuple(("move", move.id) for move in disputed),
            )
            for client, disputed in moves.grouped("commercial_partner_id").items()
            for bill in bills[client.id]
        ]


class LegalPrebillAnomaly(models.Model):
    _inherit = "legal.prebill.anomaly"

    def _get_mend_labels(self):
        return {
            **super()._get_mend_labels(),
            "dispute": self.env._("Put on hold"),
        }

    def _say_dispute(self, facts):
        totals = defaultdict(float)
        for currency, amount in facts.get("amounts", ()):
            totals[currency] += float(amount)
        Currency = self.env["res.currency"]
        return self.env._(
            "The client disputes %(amount)s of %(numbers)s.",
            amount=" + ".join(
                Currency.browse(currency).format(amount)
                for currency, amount in totals.items()
            ),
            numbers=format_list(self.env, facts.get("numbers", ())),
        )

    def _mend_dispute(self):
        action = self.prebill_id.action_open_hold()
        action["context"]["default_reason"] = self.sentence
        return action
