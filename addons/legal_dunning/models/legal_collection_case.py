from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .legal_receivable_age import AMOUNTS

STATES = [("open", "To collect"), ("held", "On hold"), ("closed", "Nothing overdue")]


class LegalCollectionCase(models.Model):
    """What one payer owes one company, and everything done to collect it.

    Made by itself when an invoice falls overdue, closed when nothing is, opened
    again later. It says no more than the ledger does: a payer, numbers, amounts,
    and what was said about them.
    """

    _name = "legal.collection.case"
    _description = "Collection Case"
    _inherit = ["legal.wall.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "expected_recovery desc, id"
    _rec_names_search = ["partner_id.name"]
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Payer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who works on this account: the firm's collector, else the lead of the"
        " matter whose invoice is the oldest.",
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="closed", index=True
    )
    opened_on = fields.Date("Overdue since", readonly=True)
    closed_on = fields.Date("Settled on", readonly=True)
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_collection_case_matter_rel",
        "case_id",
        "matter_id",
        "Matters Concerned",
        readonly=True,
        export_string_translation=False,
    )
    matter_labels = fields.Char("Matters", compute="_compute_matter_labels")
    phone = fields.Char("Telephone", compute="_compute_phone")
    prescription_on = fields.Date(
        "Prescribed after",
        compute="_compute_prescription_on",
        help="The first of its matters on which the fees can no longer be claimed.",
    )
    note = fields.Text("Agreed with the Client", help="Read before each call.")
    event_ids = fields.One2many("legal.collection.event", "case_id", "Log")
    hold_until = fields.Date("On Hold until", readonly=True)
    hold_reason = fields.Char("Reason of the Hold", readonly=True)
    answer_until = fields.Date(
        "Answer to Deal with",
        readonly=True,
        help="The client has answered a reminder: nothing leaves before a person has"
        " decided, or before this day.",
    )
    # What is owed, from the ledger
    amount_due = fields.Monetary(
        "Balance",
        compute="_compute_amounts",
        help="Everything on the client's account, less credits not matched yet.",
    )
    amount_overdue = fields.Monetary(
        "Overdue", compute="_compute_amounts", search="_search_amount_overdue"
    )
    amount_not_due = fields.Monetary("Not Due", compute="_compute_amounts")
    amount_30 = fields.Monetary("1–30 days", compute="_compute_amounts")
    amount_60 = fields.Monetary("31–60 days", compute="_compute_amounts")
    amount_90 = fields.Monetary("61–90 days", compute="_compute_amounts")
    amount_older = fields.Monetary("Over 90 days", compute="_compute_amounts")
    amount_credit = fields.Monetary(
        "Not Matched",
        compute="_compute_amounts",
        help="Payments and credit notes that no invoice has used up yet.",
    )
    oldest_due_on = fields.Date("Oldest Due Date", compute="_compute_amounts")
    is_disputed = fields.Boolean(
        "Contested", compute="_compute_is_disputed", search="_search_is_disputed"
    )
    # What is thought of it, as of the last night
    risk_score = fields.Integer("Risk", readonly=True, aggregator="avg")
    risk_reasons = fields.Text("Reasons of the Risk", readonly=True)
    recovery_percent = fields.Integer("Chance (%)", readonly=True, aggregator="avg")
    expected_recovery = fields.Monetary(
        "Worth the Effort",
        readonly=True,
        index=True,
        help="What may be asked, times the chance of getting it, per quarter of an"
        " hour of the next step.",
    )
    recovery_reason = fields.Char("Why this Order", readonly=True)

    _payer_unique = models.UniqueIndex(
        "(company_id, partner_id)", "This payer already has a collection case."
    )

    # ------------------------------------------------------------------ computes

    @api.depends("partner_id")
    def _compute_display_name(self):
        for case in self:
            # sudo: whose account it is, said to whoever may open it.
            case.display_name = case.partner_id.sudo().display_name

    @api.depends("matter_ids")
    def _compute_matter_labels(self):
        for case in self:
            # sudo: numbers only, never what a matter is about.
            matters_sudo = case.matter_ids.sudo()
            case.matter_labels = ", ".join(
                matters_sudo.sorted("matter_number").mapped("matter_number")
            )

    @api.depends("matter_ids.prescription_on", "matter_ids.prescription_at_stake")
    def _compute_prescription_on(self):
        for case in self:
            # sudo: a day, of an account that is open to the reader.
            at_stake = case.sudo().matter_ids.filtered("prescription_at_stake")
            case.prescription_on = min(
                filter(None, at_stake.mapped("prescription_on")), default=False
            )

    @api.depends("partner_id")
    def _compute_phone(self):
        for case in self:
            # sudo: the number of the billing contact, for whoever may call it.
            payer = case.partner_id.sudo()
            case.phone = payer._get_dunning_recipient().sudo().phone or payer.phone

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_amounts(self):
        """Read the ledger once for all cases of a company."""
        for company, cases in self.grouped("company_id").items():
            ages = cases._get_ages(company, company._get_dunning_today())
            for case in cases:
                age = ages[case.partner_id.id]
                case.update(
                    {name: float(getattr(age, name)) for name in AMOUNTS}
                    | {
                        "amount_due": float(age.amount_due),
                        "amount_overdue": float(age.amount_overdue),
                        "oldest_due_on": age.oldest_due_on,
                    }
                )

    def _get_ages(self, company, day):
        """Return {payer id: ages of what it owes}, all payers of these cases."""
        return self.env["legal.receivable.age"]._get_payer_ages(
            company, day, self.partner_id
        )

    def _search_amount_overdue(self, operator, value):
        if operator not in (">", ">=", "<", "<=", "=", "!="):
            return NotImplemented
        found = []
        for company in self.env.companies:
            ages = self.env["legal.receivable.age"]._get_payer_ages(
                company, company._get_dunning_today()
            )
            cases = self.sudo().search([("company_id", "=", company.id)])
            found += cases.filtered(
                lambda case, ages=ages: _compare(
                    ages[case.partner_id.id].amount_overdue, operator, value
                )
            ).ids
        return [("id", "in", found)]

    def _compute_is_disputed(self):
        disputed = self.sudo()._get_disputed() if self else {}
        for case in self:
            case.is_disputed = bool(disputed.get(case.partner_id.id))

    def _search_is_disputed(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: which payers contest something; the rules then say who sees them.
        rows = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("amount_residual", ">", 0),
                    ("disputed_amount", ">", 0),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["commercial_partner_id"],
            )
        )
        payers = [partner.id for (partner,) in rows]
        wanted = Domain("partner_id", "in", payers)
        found = Domain.FALSE
        if True in value:
            found |= wanted
        if False in value:
            found |= ~wanted
        return found

    # ----------------------------------------------------------------------- CRUD

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        for case in self:
            if case.event_ids:
                raise UserError(
                    self.env._(
                        "The account of %(payer)s keeps a log of what was said and"
                        " done: it closes by itself once nothing is overdue.",
                        payer=case.partner_id.name,
                    )
                )

    @api.model
    def _get_or_create(self, partner, company):
        """Return the case of a payer in a company, made if need be.

        :param partner: any contact; the commercial entity is who pays
        """
        payer = partner.sudo().commercial_partner_id
        return self._get_or_create_all(payer, company)[payer.id]

    @api.model
    def _get_or_create_all(self, payers, company):
        """Return {payer id: case}, in two queries and one insertion."""
        # sudo: a case comes of the ledger, not of a person's wish.
        Case = self.sudo().with_context(
            tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True
        )
        domain = [("company_id", "=", company.id), ("partner_id", "in", payers.ids)]
        found = Case.search(domain)
        missing = payers - found.partner_id
        if missing:
            vals_list = [
                {"company_id": company.id, "partner_id": payer.id} for payer in missing
            ]
            try:
                with self.env.cr.savepoint():
                    found |= Case.create(vals_list)
            except UniqueViolation:
                # Somebody else made one of them a moment ago: take what is there.
                for vals in vals_list:
                    if not Case.search_count(
                        [("partner_id", "=", vals["partner_id"]), domain[0]], limit=1
                    ):
                        Case.create(vals)
                found = Case.search(domain)
        return {case.partner_id.id: case for case in found.with_env(self.env)}

    # -------------------------------------------------------------------- buttons

    def _open_log(self, kind):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["legal.collection.log"]
                ._fields["kind"]
                ._description_selection(self.env)
            )[kind],
            "res_model": "legal.collection.log",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id, "default_kind": kind},
        }

    @api.model
    def action_open_queue(self):
        """Open the accounts to work on, weighed anew."""
        self.check_access("write")
        for company in self.env.companies:
            self._sync(company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_collection_case_action_queue"
        )

    def action_log_call(self):
        return self._open_log("call")

    def action_log_promise(self):
        return self._open_log("promise")

    def action_log_note(self):
        return self._open_log("note")

    def action_log_hold(self):
        return self._open_log("hold")

    def action_resume(self):
        """Take a hold back: reminders go on from where they stood."""
        self.check_access("write")
        for case in self:
            # sudo: the state is the model's to write.
            case.sudo().write(
                {
                    "hold_until": False,
                    "hold_reason": False,
                    "answer_until": False,
                    "state": "open" if case.amount_overdue > 0 else "closed",
                }
            )
            case._log("hold", body=self.env._("Reminders go on."))

    def action_answer_done(self):
        """The answer of the client has been dealt with: reminders go on."""
        self.check_access("write")
        # sudo: the field is the model's to write.
        self.sudo().answer_until = False
        for case in self:
            case._log("note", body=self.env._("Answer dealt with: reminders go on."))

    def action_take_over(self):
        """Become the owner of these accounts."""
        self.check_access("read")
        # sudo: whoever sees an account may work on it; nothing else is written.
        self.sudo().write({"user_id": self.env.uid})

    def action_view_invoices(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices of %(payer)s", payer=self.partner_id.name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ],
            "context": {"create": False},
        }

    def action_view_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_dunning_action_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        action["context"] = {}
        return action

    def action_print_statement(self):
        """Open the wizard of the statement of account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of account"),
            "res_model": "legal.collection.statement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    # ------------------------------------------------------------------ business

    def _log(self, kind, **vals):
        """Add a line to the log of this case."""
        self.ensure_one()
        # sudo: the log says who; whoever may act on the case may write in it.
        return (
            self.env["legal.collection.event"]
            .sudo()
            .create(
                {
                    "case_id": self.id,
                    "kind": kind,
                    "user_id": self.env.uid,
                    **vals,
                }
            )
        )

    def _hold(self, until, reason):
        """Send nothing to this payer until a day, or until a person resumes."""
        self.check_access("read")
        for case in self:
            # sudo: the fields are the model's to write.
            case.sudo().write(
                {"state": "held", "hold_until": until, "hold_reason": reason}
            )
            case._log("hold", body=reason, due_on=until)

    def _tell_owner(self, summary, note="", deadline=None):
        """Give the owner something to do on this case, once for one matter."""
        for case in self.sudo():
            user = case._get_owner()
            if not user or case.activity_ids.filtered(
                lambda a, user=user: a.summary == summary and a.user_id == user
            ):
                continue
            case.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=deadline or case.company_id._get_dunning_today(),
                summary=summary,
                note=note,
                user_id=user.id,
            )

    def _get_owner(self):
        """Return the owner who may still open the case, else the collector."""
        self.ensure_one()
        collector = self.company_id.sudo().collection_user_id
        for user in (self.sudo().user_id, collector):
            if user and user.active and self._may_be_seen_by(user):
                return user
        return self.env["res.users"]


def _compare(left, operator, value):
    right = type(left)(str(value or 0))
    return {
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
        "=": left == right,
        "!=": left != right,
    }[operator]
