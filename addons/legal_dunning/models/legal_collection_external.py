from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalExternalLog(models.Model):
    """What an external collector obtains becomes the firm's own promise or plan."""

    _inherit = "legal.external.log"

    plan_id = fields.Many2one(
        "legal.payment.plan",
        "Payment Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="legal_dunning.group_legal_collector",
    )

    @api.model_create_multi
    def create(self, vals_list):
        logs = super().create(vals_list)
        for log in logs.filtered(lambda log: log.kind == "promise"):
            log._keep_promise()
        return logs

    def _keep_promise(self):
        """Keep a promise on the payer's account, where the ledger judges it."""
        # sudo: the collector has no right on the account he works for.
        assignment = self.sudo().assignment_id
        moves = assignment.line_ids.move_id.filtered("amount_residual")
        if not moves:
            return
        case = self.env["legal.collection.case"]._get_or_create(
            assignment.partner_id, assignment.company_id
        )
        Event = self.env["legal.collection.event"].sudo()
        Event.create(
            Event._prepare_promise(
                case,
                self.amount or assignment.amount_residual,
                self.promised_on,
                moves,
                body=self._say(),
            )
        )

    def action_approve(self):
        """Approve the plan, and prepare it for the client to accept online."""
        super().action_approve()
        plans = self.env["legal.payment.plan"]
        for log in self.filtered(lambda log: log.kind == "plan"):
            log.plan_id = log._prepare_plan()
            plans |= log.plan_id
        return plans._get_form_action() if len(plans) == 1 else None

    def _prepare_plan(self):
        """Return a draft plan of what is left of the assigned invoices.

        :raise UserError: nothing is left, or one plan cannot pay them all
        """
        self.ensure_one()
        moves = self.assignment_id.line_ids.move_id.filtered(
            lambda move: move.amount_residual
        )
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing is left to pay of what %(person)s collects from %(payer)s:"
                    " end the assignment.",
                    person=self.collector_id.name,
                    payer=self.assignment_id.payer_name,
                )
            )
        values = {"instalment_count": self.instalments}
        if self.first_on:
            values["first_on"] = self.first_on
        plan = self.env["legal.payment.plan"]._prepare_for(moves, **values)
        plan._refresh_amounts()
        plan.message_post(body=self._say())
        return plan


class LegalCollectionCase(models.Model):
    """The account says with whom it is, and what he did."""

    _inherit = "legal.collection.case"

    assignment_id = fields.Many2one(
        "legal.collection.assignment",
        "With the External Collector",
        compute="_compute_assignment_id",
        groups="legal_dunning.group_legal_collector",
    )

    @api.depends("partner_id", "company_id")
    def _compute_assignment_id(self):
        Assignment = self.env["legal.collection.assignment"]
        found = {
            (one.company_id, one.partner_id): one
            for one in Assignment.search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("is_in_force", "=", True),
                ]
            )
        }
        for case in self:
            key = (case.company_id, case.partner_id)
            case.assignment_id = found.get(key, Assignment)

    def _get_timeline(self):
        rows = [*super()._get_timeline(), *self._get_external_rows()]
        return sorted(rows, key=lambda row: row["at"], reverse=True)

    def _get_external_rows(self):
        """Return what external collectors did, as far as the reader may see it."""
        Log = self.env["legal.external.log"]
        if not Log.has_access("read"):
            return
        for log in Log.search(
            [
                ("assignment_id.partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("kind", "!=", "promise"),  # kept as a promise of the account
            ]
        ):
            yield self._prepare_row(
                log.date,
                "external",
                "fa-external-link",
                self.env._("External collector"),
                who=log.user_id.name,
                text=log._say(),
            )
