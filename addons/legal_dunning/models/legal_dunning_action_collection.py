from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr

SPARED = "pays_on_time"


class LegalDunningAction(models.Model):
    """Reminders and the cases they belong to."""

    _inherit = "legal.dunning.action"

    case_id = fields.Many2one(
        "legal.collection.case", compute="_compute_case_id", string="Account"
    )

    @api.depends("partner_id", "company_id")
    def _compute_case_id(self):
        Case = self.env["legal.collection.case"]
        cases = {
            (case.company_id, case.partner_id): case
            for case in Case.search([("partner_id", "in", self.partner_id.ids)])
        }
        for action in self:
            action.case_id = cases.get((action.company_id, action.partner_id), Case)

    @api.depends("partner_id.dunning_bounced_email")
    def _compute_recipient(self):
        """An address that refused a reminder is not written to again."""
        super()._compute_recipient()
        for action in self:
            recipient = action.recipient_id.sudo()
            refused = recipient.dunning_bounced_email
            if (
                refused
                and action.state not in ("ready", "sent")
                and email_normalize(refused) == action.email_to
            ):
                action.email_to = False
                if action.channel == "email":
                    action.channel = "letter"

    # Planning -----------------------------------------------------------------

    def _run_company(self, company, today):
        """Promises are judged and cases opened before anything is planned."""
        Case = self.env["legal.collection.case"]
        self._retry(lambda: Case._sync(company, today))
        return super()._run_company(company, today)

    @api.model
    def _get_receivables(self, day, company, partners=None, moves=None):
        rows = super(
            LegalDunningAction, self.with_context(dunning_day=day)
        )._get_receivables(day, company, partners=partners, moves=moves)
        if company.collection_spares_punctual:
            rows = self._spare_punctual(rows)
        return rows

    def _spare_punctual(self, rows):
        """Hold back the notice before the due date to those who pay on time."""
        moves = self.env["account.move"].browse([row.move.id for row in rows])
        on_time = {
            forecast.move_id.id
            for forecast in self.env["legal.payment.forecast"]
            .sudo()
            .search_fetch(
                [("move_id", "in", moves.ids), ("payer_count", ">", 0)],
                ["move_id", "days_late"],
            )
            if forecast.days_late <= 0
        }
        return [
            row._replace(hold=SPARED)
            if row.move.id in on_time
            and not row.hold
            and row.step.level is not None
            and row.step.level.is_preventive
            else row
            for row in rows
        ]

    @api.model
    def _explain_hold(self, reason):
        own = {
            "promised": self.env._("The client has promised to pay it."),
            "case_held": self.env._("Reminders to this client are paused."),
            "answered": self.env._(
                "The client has answered: a person decides what follows."
            ),
            SPARED: self.env._("This client is expected to pay on time."),
        }
        return own.get(reason) or super()._explain_hold(reason)

    # E-mail -------------------------------------------------------------------

    def _get_reply_to(self):
        """Let the answer come to the case where the firm's mail comes to Odoo."""
        reply_to = super()._get_reply_to()
        company = self.company_id.sudo()
        if company.collection_catches_answers and company.catchall_email:
            name = self.user_id.name or company.name
            return formataddr((name, company.catchall_email))
        return reply_to

    def _prepare_mails(self):
        """Let each e-mail be one of its payer's account, which gets the answers."""
        Case = self.env["legal.collection.case"]
        cases = {}
        for company, own in self.grouped("company_id").items():
            payers = own.partner_id.sudo().commercial_partner_id
            for payer_id, case in Case._get_or_create_all(payers, company).items():
                cases[company, payer_id] = case
        vals_list = super()._prepare_mails()
        for action, vals in zip(self, vals_list, strict=True):
            payer = action.partner_id.sudo().commercial_partner_id
            case = cases[action.company_id, payer.id]
            # What the account's log shows of it; the e-mail is laid out around it.
            vals.update(model=case._name, res_id=case.id, body=action.body)
        return vals_list
