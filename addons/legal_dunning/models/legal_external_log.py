from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .legal_collection_assignment import EXTERNAL

#: what the firm alone writes down about its collector
OWN_KINDS = ("complaint",)


class LegalExternalLog(models.Model):
    """What an external collector did, was promised, or proposes."""

    _name = "legal.external.log"
    _description = "Log of an External Collector"
    _order = "date desc, id desc"

    assignment_id = fields.Many2one(
        "legal.collection.assignment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="assignment_id.company_id", store=True)
    collector_id = fields.Many2one(
        related="assignment_id.user_id", store=True, index=True, string="Collector"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Written by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self)
    )
    kind = fields.Selection(
        [
            ("call", "Call"),
            ("promise", "Promise to pay"),
            ("plan", "Plan proposed"),
            ("note", "Note"),
            ("complaint", "Complaint of the payer"),
        ],
        required=True,
        default="call",
    )
    outcome = fields.Selection(
        [
            ("reached", "Reached"),
            ("no_answer", "No answer"),
            ("message", "Message left"),
            ("wrong_number", "Wrong number"),
            ("refused", "Refuses to pay"),
        ],
        "Outcome of the Call",
    )
    amount = fields.Monetary()
    promised_on = fields.Date("Promised for")
    instalments = fields.Integer()
    first_on = fields.Date("First Instalment on")
    words = fields.Text("What was said")
    state = fields.Selection(
        [
            ("proposed", "To Approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        readonly=True,
    )
    answer = fields.Text("Answer of the Firm")

    _plan_has_sums = models.Constraint(
        "CHECK (kind != 'plan' OR (instalments > 0 AND amount > 0))",
        "A plan has an amount and a number of instalments.",
    )
    _promise_has_day = models.Constraint(
        "CHECK (kind != 'promise' OR promised_on IS NOT NULL)",
        "A promise has a day.",
    )

    @api.depends("kind", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for log in self:
            log.display_name = f"{kinds.get(log.kind, '')} – {log.date}"

    @api.model_create_multi
    def create(self, vals_list):
        is_external = self.env.user.has_group(EXTERNAL)
        for vals in vals_list:
            vals["user_id"] = self.env.uid
            if is_external and vals.get("kind") in OWN_KINDS:
                raise AccessError(
                    self.env._("Complaints about a collection are kept by the firm.")
                )
            vals["state"] = "proposed" if vals.get("kind") == "plan" else False
        logs = super().create(vals_list)
        logs._tell_invoices()
        return logs

    def write(self, vals):
        if not self.env.su and self.env.user.has_group(EXTERNAL):
            raise AccessError(
                self.env._("What was logged stays as it is: add a line instead.")
            )
        return super().write(vals)

    def _tell_invoices(self):
        """Leave each line in the chatter of its invoices, where the firm reads it."""
        for log in self:
            # sudo: the collector has no right on the invoices he collects.
            moves = log.sudo().assignment_id.line_ids.move_id
            text = log._say()
            if moves:
                moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))

    def _say(self):
        _ = self.env._
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        parts = [kinds[self.kind]]
        if self.outcome:
            parts.append(outcomes[self.outcome])
        if self.amount:
            parts.append(self.currency_id.format(self.amount))
        if self.promised_on:
            parts.append(_("for %(day)s", day=format_date(self.env, self.promised_on)))
        if self.kind == "plan":
            parts.append(_("in %(count)s instalments", count=self.instalments))
        return _(
            "External collector %(person)s: %(what)s. %(words)s",
            person=self.user_id.name,
            what=", ".join(parts),
            words=self.words or "",
        )

    def action_approve(self):
        self._answer("approved")

    def action_refuse(self):
        self._answer("refused")

    def _answer(self, state):
        """The firm answers a plan; the collector reads the answer."""
        self.check_access("write")
        if self.env.user.has_group(EXTERNAL):
            raise AccessError(self.env._("A plan is approved by the firm."))
        for log in self:
            if log.state != "proposed":
                raise UserError(
                    self.env._(
                        "“%(plan)s” was answered already.", plan=log.display_name
                    )
                )
            log.state = state
            states = dict(self._fields["state"]._description_selection(self.env))
            moves = log.assignment_id.sudo().line_ids.move_id
            if moves:
                text = f"{log._say()} {states[state]}."
                moves._message_log_batch(bodies=dict.fromkeys(moves.ids, text))


class LegalCollectionResult(models.Model):
    """What was recovered late, by whom, how fast and at what cost.

    One row for each payment after the due date, and for each complaint: the external
    collectors stand beside the firm's own collection.
    """

    _name = "legal.collection.result"
    _description = "Results of the Collection"
    _auto = False
    _order = "date desc, id desc"

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Payer", readonly=True)
    assignment_id = fields.Many2one("legal.collection.assignment", readonly=True)
    collector_id = fields.Many2one("res.users", "External Collector", readonly=True)
    who = fields.Selection(
        [("firm", "The firm"), ("external", "External collector")],
        "Collected by",
        readonly=True,
    )
    amount = fields.Monetary("Recovered", readonly=True)
    delay = fields.Integer("Days after the Due Date", readonly=True, aggregator="avg")
    cost = fields.Monetary(readonly=True)
    complaints = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        return """
            SELECT p.id * 2 AS id,
                   cl.date AS date,
                   move.company_id AS company_id,
                   move.commercial_partner_id AS partner_id,
                   a.id AS assignment_id,
                   a.user_id AS collector_id,
                   CASE WHEN a.id IS NULL THEN 'firm' ELSE 'external' END AS who,
                   p.amount AS amount,
                   cl.date - dl.date_maturity AS delay,
                   ROUND((p.amount * COALESCE(a.fee_percent, 0) / 100)::numeric, 2)
                       AS cost,
                   0 AS complaints
              FROM account_partial_reconcile p
              JOIN account_move_line dl ON dl.id = p.debit_move_id
              JOIN account_move move ON move.id = dl.move_id
              JOIN account_move_line cl ON cl.id = p.credit_move_id
              JOIN account_move cm ON cm.id = cl.move_id
              JOIN account_journal j ON j.id = cm.journal_id
         LEFT JOIN LATERAL (
                   SELECT x.id, x.user_id, x.fee_percent
                     FROM legal_collection_assignment x
                     JOIN legal_collection_assignment_line l
                       ON l.assignment_id = x.id AND l.move_id = move.id
                    WHERE x.date_from <= cl.date
                      AND (x.date_to IS NULL OR x.date_to >= cl.date)
                 ORDER BY x.date_from DESC, x.id DESC
                    LIMIT 1
                   ) a ON TRUE
             WHERE move.move_type = 'out_invoice'
               AND dl.display_type = 'payment_term'
               AND cl.date > dl.date_maturity
               AND j.type IN ('bank', 'cash', 'credit')
         UNION ALL
            SELECT g.id * 2 + 1, g.date, a.company_id, a.partner_id, a.id, a.user_id,
                   'external', 0, NULL, 0, 1
              FROM legal_external_log g
              JOIN legal_collection_assignment a ON a.id = g.assignment_id
             WHERE g.kind = 'complaint'
        """
