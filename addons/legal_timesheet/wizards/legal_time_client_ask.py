from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class LegalTimeClientAsk(models.TransientModel):
    """Ask a client to approve time: shows what he will read before it leaves."""

    _name = "legal.time.client.ask"
    _description = "Ask the Client to approve Time"

    approval_id = fields.Many2one("legal.time.client.approval", "Asked before")
    matter_id = fields.Many2one("legal.matter", required=True, readonly=True)
    commercial_partner_id = fields.Many2one(
        related="matter_id.partner_id.commercial_partner_id"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Ask",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
    )
    email = fields.Char(related="partner_id.email")
    date_from = fields.Date(
        "From",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    tacit_days = fields.Integer(
        "Accepted by Silence after",
        compute="_compute_from_matter",
        store=True,
        precompute=True,
        help="Days, as agreed with the client; 0: never.",
    )
    show_amounts = fields.Boolean(
        "Show the Amounts",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
    )
    valid_days = fields.Integer("Link valid for", default=30, required=True)
    message = fields.Text(
        "A Word to the Client",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
    )
    answer = fields.Text(
        "Answer to the Question",
        compute="_compute_from_matter",
        store=True,
        readonly=False,
        precompute=True,
    )
    question = fields.Text(related="approval_id.question", string="The Client asked")
    entry_ids = fields.Many2many(
        "account.analytic.line", compute="_compute_entries", string="Entries"
    )
    entry_count = fields.Integer(compute="_compute_entries")
    hours = fields.Float(compute="_compute_entries")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _valid_days_in_a_year = models.Constraint(
        "CHECK (valid_days BETWEEN 1 AND 365)", "A link is valid from 1 to 365 days."
    )

    @api.depends("matter_id", "approval_id")
    def _compute_from_matter(self):
        for wizard in self:
            asked, matter = wizard.approval_id, wizard.matter_id
            terms = matter._get_client_time_approval() or {} if matter else {}
            wizard.tacit_days = terms.get("tacit_days", 0)
            if asked:
                wizard.partner_id = asked.partner_id
                wizard.date_from, wizard.date_to = asked.date_from, asked.date_to
                wizard.show_amounts = asked.show_amounts
                wizard.message = asked.message
                wizard.answer = asked.answer
                continue
            wizard.partner_id = wizard._get_contact()
            wizard.date_from, wizard.date_to = wizard._get_period()

    def _get_contact(self):
        """Prefer who was asked last, then who may approve, then the client."""
        last = self.matter_id.client_approval_ids[:1].partner_id
        contacts = self.matter_id.client_time_contact_ids
        return last or contacts[:1] or self.matter_id.partner_id

    def _get_period(self):
        """Take all that waits, at least the last whole month."""
        today = fields.Date.context_today(self)
        first = today.replace(day=1) - relativedelta(months=1)
        last = today.replace(day=1) - relativedelta(days=1)
        Approval = self.env["legal.time.client.approval"]
        if not self.matter_id:
            return first, last
        [(oldest, newest)] = self.env["account.analytic.line"]._read_group(
            Approval._get_askable_domain(self.matter_id)
            & Domain("is_billable", "=", True),
            [],
            ["date:min", "date:max"],
        )
        return min(oldest or first, first), max(newest or last, last)

    @api.depends("matter_id", "date_from", "date_to", "approval_id")
    def _compute_entries(self):
        Approval = self.env["legal.time.client.approval"]
        for wizard in self:
            entries = self.env["account.analytic.line"]
            if wizard.approval_id:
                entries = wizard.approval_id._get_live_entries()
            elif wizard.matter_id and wizard.date_from and wizard.date_to:
                entries = entries.search(
                    Approval._get_askable_domain(wizard.matter_id)
                    & Domain("is_billable", "=", True)
                    & Domain("date", ">=", wizard.date_from)
                    & Domain("date", "<=", wizard.date_to),
                    order="date, id",
                )
            wizard.entry_ids = [Command.set(entries.ids)]
            wizard.entry_count = len(entries)
            wizard.hours = sum(entries.mapped("hours_billable"))

    @api.depends("entry_ids", "partner_id", "show_amounts", "message", "answer")
    def _compute_preview(self):
        """Render what the client will read with the page's own template."""
        Approval = self.env["legal.time.client.approval"]
        for wizard in self:
            if not wizard.entry_ids:
                wizard.preview = False
                continue
            lang = wizard.partner_id.lang or self.env.lang
            draft = Approval.with_context(lang=lang).new(
                {
                    "matter_id": wizard.matter_id.id,
                    "show_amounts": wizard.show_amounts,
                }
            )
            entries = wizard.entry_ids.with_context(lang=lang)._origin
            wizard.preview = (
                self.env["ir.qweb"]
                .with_context(lang=lang)
                ._render(
                    "legal_timesheet.client_time_preview",
                    {
                        "days": draft._get_page_days(entries),
                        "message": wizard.message,
                        "answer": wizard.answer,
                        "total_hours": draft._format_hours(wizard.hours),
                        "total_amount": wizard.show_amounts
                        and draft._get_page_total(entries),
                    },
                )
            )

    def action_send(self):
        """Send the link to the contact and open the request."""
        self.ensure_one()
        if self.approval_id:
            approval = self.approval_id._ask_again(
                message=self.message,
                answer=self.answer,
                show_amounts=self.show_amounts,
                tacit_days=self.tacit_days,
                valid_days=self.valid_days,
            )
        else:
            if self.date_from > self.date_to:
                raise UserError(
                    self.env._("The period ends before it starts: change its days.")
                )
            approval = self.env["legal.time.client.approval"]._ask(
                self.matter_id,
                self.partner_id,
                self.entry_ids._origin,
                date_from=self.date_from,
                date_to=self.date_to,
                message=self.message,
                show_amounts=self.show_amounts,
                tacit_days=self.tacit_days,
                valid_days=self.valid_days,
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.time.client.approval",
            "res_id": approval.id,
            "views": [(False, "form")],
        }
