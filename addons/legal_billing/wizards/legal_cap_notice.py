from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models

from ..engine import fees, pace
from ..models.legal_cap_letter import TEMPLATE


class LegalCapNotice(models.TransientModel):
    """The ready letter about a limit: checked, changed, then sent or printed."""

    _name = "legal.cap.notice"
    _description = "Letter about a Limit"

    event_id = fields.Many2one("legal.cap.event", required=True, ondelete="cascade")
    matter_id = fields.Many2one(related="event_id.matter_id", related_sudo=False)
    client_id = fields.Many2one(related="matter_id.partner_id", related_sudo=False)
    commercial_id = fields.Many2one(
        related="client_id.commercial_partner_id", related_sudo=False
    )
    currency_id = fields.Many2one(related="event_id.currency_id", related_sudo=False)
    unit = fields.Selection(related="event_id.unit", related_sudo=False)
    meter_text = fields.Char(related="event_id.meter_text", related_sudo=False)
    contact_id = fields.Many2one(
        "res.partner",
        string="Addressee",
        required=True,
        compute="_compute_contact_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    channel = fields.Selection(
        [("email", "E-mail with a link"), ("post", "Letter by post")],
        required=True,
        default="email",
    )
    proposes = fields.Boolean(
        string="Propose another figure",
        default=True,
        help="The client may accept it: it becomes an amendment.",
    )
    until = fields.Date(
        string="Work expected until",
        default=lambda self: self.env["legal.cap.event"]._get_default_until(),
    )
    pace_limit = fields.Float(
        string="At this pace",
        compute="_compute_pace_limit",
        help="What will be used by that day if the work goes on as it did.",
    )
    revised_limit = fields.Float(
        string="Proposed instead",
        compute="_compute_revised_limit",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    text = fields.Text(
        string="Letter",
        compute="_compute_text",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    preview = fields.Html(
        compute="_compute_preview", sanitize=False, string="What leaves"
    )

    @api.model_create_multi
    def create(self, vals_list):
        notices = super().create(vals_list)
        notices.event_id._check_may_act()
        return notices

    @api.depends("event_id")
    def _compute_contact_id(self):
        for notice in self:
            event = notice.event_id
            notice.contact_id = event.contact_id or event.matter_id.partner_id

    @api.depends("event_id", "until")
    def _compute_pace_limit(self):
        for notice in self:
            event = notice.event_id
            if not event or not notice.until:
                notice.pace_limit = event.limit
                continue
            today = fields.Date.context_today(notice)
            step = Decimal(100) if event.unit == "amount" else Decimal(1)
            state = pace.Pace(
                size=fees.to_decimal(event.limit),
                consumed=fees.to_decimal(event.consumed),
                left=fees.ZERO,
                over=fees.ZERO,
                percent=fees.ZERO,
                per_week=fees.to_decimal(event.per_week),
                used_up_on=None,
            )
            limit = pace.project(state, today, max(notice.until, today), step)
            notice.pace_limit = float(limit)

    @api.depends("pace_limit", "proposes")
    def _compute_revised_limit(self):
        for notice in self:
            notice.revised_limit = notice.pace_limit if notice.proposes else 0.0

    @api.depends("event_id", "contact_id", "revised_limit", "channel")
    def _compute_text(self):
        for notice in self:
            lang = notice.contact_id.lang or self.env.lang
            event = notice.event_id.with_context(lang=lang)
            notice.text = event and event._compose_notice(
                notice.contact_id,
                notice.revised_limit if notice._has_proposal() else 0.0,
                notice.channel == "post",
            )

    def _has_proposal(self):
        self.ensure_one()
        return self.proposes and self.revised_limit > self.event_id.limit

    @api.depends("contact_id", "channel", "text", "event_id")
    def _compute_preview(self):
        for notice in self:
            notice.preview = notice._get_preview()

    def _get_preview(self):
        """Return what leaves, to whom, letter for letter but for the secret link."""
        event = self.event_id
        if not event or not self.contact_id:
            return ""
        letter = Markup("").join(
            Markup("<p>%s</p>") % part for part in (self.text or "").split("\n\n")
        )
        if self.channel == "post":
            lines = event.company_id._legal_get_addressee(self.contact_id)
            head = Markup("<br/>").join(lines)
            return Markup("<p>%s</p><hr/>%s") % (head, letter)
        # sudo: the template is read on behalf of who may send it
        template = self.env.ref(TEMPLATE).sudo()
        lang = self.contact_id.lang or self.env.lang
        shown = event.sudo().with_context(
            client_url="#", lang=lang, notice_contact=self.contact_id.name
        )
        template = template.with_context(shown.env.context)
        subject = template._render_field("subject", shown.ids)[shown.id]
        body = template._render_field("body_html", shown.ids)[shown.id]
        return Markup(
            "<p><b>%s</b> %s &lt;%s&gt;<br/><b>%s</b> %s</p><hr/>%s<hr/>"
            "<p><b>%s</b></p>%s"
        ) % (
            self.env._("To:"),
            self.contact_id.name,
            self.contact_id.email or self.env._("no e-mail address"),
            self.env._("Subject:"),
            subject,
            Markup(body),
            self.env._("Behind the link:"),
            letter,
        )

    # -- buttons ---------------------------------------------------------------

    def _keep(self):
        self.ensure_one()
        self.event_id._prepare_notice(
            self.contact_id,
            self.channel,
            self.text,
            self.revised_limit if self._has_proposal() else 0.0,
        )

    def action_keep(self):
        """Keep the letter; nothing leaves."""
        self._keep()
        return {"type": "ir.actions.act_window_close"}

    def action_print(self):
        self._keep()
        return self.event_id.action_print_notice()

    def action_send(self):
        self._keep()
        self.event_id._send_notice()
        if self.channel == "post":
            return {
                **self.event_id.action_print_notice(),
                "close_on_report_download": True,
            }
        return {"type": "ir.actions.act_window_close"}
