from odoo import fields, models
from odoo.tools import format_date

from .account_move_online_payment import WIRE_CODES


class LegalOnlineStateMixin(models.AbstractModel):
    """A record that shows, in words, where the payment of its client online is.

    No amount is said: a payment may settle invoices of several matters.
    """

    _name = "legal.online.state.mixin"
    _description = "Shows Online Payments"

    legal_online_state = fields.Selection(
        [
            ("under_way", "Under way"),
            ("paid", "Paid online"),
            ("part", "Paid online in part"),
            ("failed", "Not taken"),
        ],
        string="Online Payment",
        compute="_compute_legal_online",
    )
    legal_online_text = fields.Char(
        string="Paid Online", compute="_compute_legal_online"
    )

    def _compute_legal_online(self):
        found = self._legal_get_online_transactions()
        for record in self:
            transactions = found.get(record.id) or self.env["payment.transaction"]
            state = record._legal_judge_online(transactions)
            record.legal_online_state = state
            record.legal_online_text = record._legal_say_online(state, transactions)

    def _legal_get_online_transactions(self):
        """Return {id: transactions, elevated}; a hook for each kind of record."""
        return {}

    def _legal_is_settled(self):
        """Tell whether nothing is left to pay of this record."""
        return True

    def _legal_judge_online(self, transactions):
        """Return the state that the transactions of this record stand for."""
        self.ensure_one()
        taken = transactions.filtered(
            lambda tx: (
                tx.operation not in ("validation", "refund")
                and tx.provider_code not in WIRE_CODES
            )
        )
        if any(
            tx.state in ("pending", "authorized")
            or (
                tx.state == "done"
                and not tx.payment_id
                and not tx.child_transaction_ids
            )
            for tx in taken
        ):
            return "under_way"
        if any(tx.state == "done" for tx in taken):
            return "paid" if self._legal_is_settled() else "part"
        if taken._legal_get_last().state in ("error", "cancel"):
            return False if self._legal_is_settled() else "failed"
        return False

    def _legal_say_online(self, state, transactions):
        """Return the state in words, with the day it is of."""
        if not state:
            return False
        _ = self.env._
        wanted = {
            "under_way": ("pending", "authorized", "done"),
            "failed": ("error", "cancel"),
        }.get(state, ("done",))
        last = transactions.filtered(lambda tx: tx.state in wanted)._legal_get_last()
        moment = fields.Datetime.context_timestamp(
            self, last.last_state_change or last.create_date
        )
        day = format_date(self.env, moment.date())
        words = {
            "under_way": _("Online payment under way since %(day)s", day=day),
            "paid": _("Paid online on %(day)s", day=day),
            "part": _("Paid online in part on %(day)s", day=day),
            "failed": _("Online payment of %(day)s not taken", day=day),
        }
        return words[state]


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "legal.online.state.mixin"]

    def _legal_get_online_transactions(self):
        # sudo: where a payment is, said to whoever may read the invoice.
        return {move.id: move.sudo().transaction_ids for move in self}

    def _legal_is_settled(self):
        return self.currency_id.is_zero(self.amount_residual)


class LegalProvision(models.Model):
    _name = "legal.provision"
    _inherit = ["legal.provision", "legal.online.state.mixin"]

    def _legal_get_online_transactions(self):
        # sudo: where a payment is, said to whoever may read the request.
        found = {
            own.id: own.sudo().transaction_ids | own._get_deposit_move().transaction_ids
            for own in self
        }
        shares = (
            self.env["legal.payment.share"]
            .sudo()
            .search([("provision_id", "in", self.ids)])
        )
        for share in shares:
            found[share.provision_id.id] |= share.transaction_id
        return found

    def _legal_is_settled(self):
        return self.state not in ("draft", "requested", "invoiced")


class LegalPrebill(models.Model):
    _name = "legal.prebill"
    _inherit = ["legal.prebill", "legal.online.state.mixin"]

    def _legal_get_online_transactions(self):
        # sudo: where the payment of its invoices is, not the invoices.
        return {own.id: own.sudo().move_ids.transaction_ids for own in self}

    def _legal_is_settled(self):
        # sudo: whether anything is left to pay, not how much.
        posted = self.sudo().move_ids.filtered(lambda move: move.state == "posted")
        return not any(
            not move.currency_id.is_zero(move.amount_residual) for move in posted
        )


class LegalMatter(models.Model):
    _name = "legal.matter"
    _inherit = ["legal.matter", "legal.online.state.mixin"]

    def _legal_get_online_transactions(self):
        """Return the latest payments of each matter's invoices and provisions."""
        # sudo: where payments are, of matters that the reader may see.
        found = dict.fromkeys(self.ids, self.env["payment.transaction"].sudo())
        transactions = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    "|",
                    "|",
                    ("invoice_ids.matter_ids", "in", self.ids),
                    ("legal_provision_id.matter_id", "in", self.ids),
                    ("legal_share_ids.provision_id.matter_id", "in", self.ids),
                ],
                order="last_state_change desc, id desc",
                limit=20 * len(self),
            )
        )
        for tx in transactions:
            for matter in tx._legal_get_matters():
                if matter.id in found:
                    found[matter.id] |= tx
        return found

    def _legal_is_settled(self):
        return True
