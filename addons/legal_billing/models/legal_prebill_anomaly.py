from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalPrebillAnomaly(models.Model):
    """Something to look at on a pre-bill, found by one of the firm's checks.

    Written by :meth:`legal.prebill._run_checks`, never by hand. It keeps the facts
    it rests on and says them in the reader's language. What somebody dismissed
    stays, with who and why, until the facts change.
    """

    _name = "legal.prebill.anomaly"
    _inherit = "legal.alike.mixin"
    _description = "Anomaly of a Pre-bill"
    _order = "prebill_id, severity_rank, line_id, id"
    _check_company_auto = True

    prebill_id = fields.Many2one(
        "legal.prebill", required=True, index=True, ondelete="cascade", readonly=True
    )
    # set null: a dismissal outlives the line it was about
    line_id = fields.Many2one(
        "legal.prebill.line",
        "Line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    matter_id = fields.Many2one(
        related="prebill_id.matter_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="prebill_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="prebill_id.currency_id")
    prebill_state = fields.Selection(
        related="prebill_id.state", string="State of the Pre-bill"
    )
    line_date = fields.Date(related="line_id.date", string="Date")
    code = fields.Char(required=True, readonly=True)
    check_name = fields.Char("Check", compute="_compute_check_name")
    variant = fields.Char(readonly=True)
    severity = fields.Selection(
        [("warn", "To look at"), ("block", "Prevents approval")],
        required=True,
        readonly=True,
    )
    severity_rank = fields.Integer(
        compute="_compute_severity_rank", store=True, precompute=True
    )
    facts = fields.Json(readonly=True)
    related_records = fields.Json(readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    sentence = fields.Char("What", compute="_compute_sentence")
    mend_label = fields.Char("To mend it", compute="_compute_mend_label")
    state = fields.Selection(
        [("open", "Open"), ("dismissed", "Dismissed"), ("past", "No longer so")],
        default="open",
        required=True,
        readonly=True,
        help="Past: it was dismissed, and its facts changed since.",
    )
    dismissed_by_id = fields.Many2one("res.users", readonly=True)
    dismissed_on = fields.Datetime(readonly=True)
    dismiss_word = fields.Char("Why Dismissed", readonly=True)

    _once = models.UniqueIndex(
        "(prebill_id, COALESCE(line_id, 0), fingerprint)",
        "This was found already.",
    )
    _dismissed_by_somebody = models.Constraint(
        "CHECK (state = 'open' OR (dismissed_by_id IS NOT NULL"
        " AND dismiss_word IS NOT NULL))",
        "Who dismisses an anomaly says why.",
    )

    @api.depends("severity")
    def _compute_severity_rank(self):
        for anomaly in self:
            anomaly.severity_rank = 0 if anomaly.severity == "block" else 1

    @api.depends("sentence")
    def _compute_display_name(self):
        for anomaly in self:
            anomaly.display_name = anomaly.sentence or anomaly.code

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_check_name(self):
        # sudo: the name of a setting
        checks = self.env["legal.prebill.check"].sudo().search([])
        names = {check.code: check.name for check in checks}
        for anomaly in self:
            anomaly.check_name = names.get(anomaly.code, anomaly.code)

    # -- deciding ----------------------------------------------------------------

    def _check_may_act(self):
        """Leave it to those who may write the pre-bill while it is open.

        What prevents approval is dismissed only by who may approve.
        """
        self.prebill_id.check_access("write")
        self.prebill_id._check_state("draft", "in_review")

    def action_open_dismiss(self):
        self._check_may_act()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss: it is right as it is"),
            "res_model": "legal.prebill.anomaly.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {"default_anomaly_ids": self.ids},
        }

    def _dismiss(self, word):
        self._check_may_act()
        word = (word or "").strip()
        if not word:
            raise UserError(
                self.env._(
                    "Nothing was dismissed on %(prebill)s: say in a word why it is"
                    " right as it is.",
                    prebill=self.prebill_id[:1].display_name,
                )
            )
        for prebill in self.filtered(lambda a: a.severity == "block").prebill_id:
            prebill._check_may_dismiss()
        # sudo: nobody writes an anomaly by hand, see the checks above
        self.sudo().filtered(lambda a: a.state == "open").write(
            {
                "state": "dismissed",
                "dismissed_by_id": self.env.uid,
                "dismissed_on": fields.Datetime.now(),
                "dismiss_word": word,
            }
        )
        self.prebill_id.invalidate_recordset(["anomaly_count", "blocking_count"])

    def action_reopen(self):
        """Take a dismissal back."""
        self._check_may_act()
        # sudo: nobody writes an anomaly by hand, see the check above
        self.sudo().filtered(lambda a: a.state == "dismissed").write(
            {
                "state": "open",
                "dismissed_by_id": False,
                "dismissed_on": False,
                "dismiss_word": False,
            }
        )
