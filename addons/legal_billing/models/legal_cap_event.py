from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ACTIVITY = "legal_billing.mail_activity_cap"
#: the client was not told yet
OPEN = ("new", "prepared")
#: read by nobody through the interface, whatever the group
NOBODY = "."


class LegalCapEvent(models.Model):
    """A threshold of a cap, a package or an estimate was crossed.

    The responsible is told first; nothing leaves for the client without his click.
    The figures are those of the crossing, whatever becomes of the work since.
    """

    _name = "legal.cap.event"
    _inherit = [
        "legal.wall.mixin",
        "legal.cap.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Limit Reached"
    _order = "crossed_on desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    agreement_id = fields.Many2one(ondelete="cascade")
    term_id = fields.Many2one(ondelete="cascade")
    threshold = fields.Integer(string="Threshold (%)", required=True, readonly=True)
    crossed_on = fields.Date(
        string="Crossed on",
        required=True,
        readonly=True,
        default=fields.Date.context_today,
    )
    per_week = fields.Float(readonly=True, help="Used in a week, on average.")
    state = fields.Selection(
        [
            ("new", "To look at"),
            ("prepared", "Letter prepared"),
            ("sent", "Client told"),
            ("acknowledged", "Acknowledged"),
            ("discussed", "To discuss"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        readonly=True,
        default="new",
        index=True,
        tracking=True,
    )
    dismiss_word = fields.Char(string="Why dismissed", readonly=True)
    # -- what the client is told
    contact_id = fields.Many2one("res.partner", string="Told to", readonly=True)
    channel = fields.Selection(
        [("email", "E-mail with a link"), ("post", "Letter by post")],
        readonly=True,
        default="email",
    )
    revised_limit = fields.Float(
        string="Proposed instead",
        readonly=True,
        help="The new estimate, cap or package put to the client; zero: none.",
    )
    notice_text = fields.Text(string="Letter", readonly=True)
    notice_digest = fields.Char(string="SHA-256 of the letter", readonly=True)
    sent_on = fields.Datetime(readonly=True)
    sent_by_id = fields.Many2one("res.users", readonly=True)
    expires_on = fields.Date(string="Link valid until", readonly=True)
    access_token = fields.Char(groups=NOBODY, copy=False)
    # -- what the client said
    answered_on = fields.Datetime(readonly=True)
    is_accepted = fields.Boolean(string="Proposal accepted", readonly=True)
    question = fields.Text(readonly=True)
    signed_name = fields.Char(string="Name typed", readonly=True)
    signed_ip = fields.Char(string="IP address", readonly=True)
    signed_agent = fields.Char(string="Browser", readonly=True)
    signed_user_id = fields.Many2one("res.users", string="Signed in as", readonly=True)
    amendment_id = fields.Many2one(
        "legal.fee.agreement", string="Amendment", readonly=True, ondelete="set null"
    )

    _once = models.UniqueIndex(
        "(agreement_id, COALESCE(term_id, 0), threshold,"
        " COALESCE(period_from, '1900-01-01'::date))",
        "This threshold was crossed already.",
    )
    _token_unique = models.UniqueIndex(
        "(access_token) WHERE access_token IS NOT NULL", "A link opens one notice."
    )

    @api.depends("threshold", "agreement_id", "term_id")
    def _compute_display_name(self):
        for event in self:
            event.display_name = self.env._(
                "%(matter)s – %(percent)s %% of the %(what)s",
                matter=event.matter_id._neutral_label() if event.matter_id else "",
                percent=event.threshold,
                what=(event.what or "").lower(),
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        for event in self:
            if event.sent_on:
                raise UserError(
                    self.env._(
                        "%(event)s: the client was told, and what was said is kept.",
                        event=event.display_name,
                    )
                )

    # -- who acts --------------------------------------------------------------

    def _check_may_act(self):
        """Only who answers for the matter, or bills it, speaks to its client."""
        self.check_access("read")
        user = self.env.user
        if self.env.su or user.has_group("legal_billing.group_legal_billing_manager"):
            return
        for matter in self.matter_id:
            if matter.responsible_id != user and not matter._can_approve_time():
                raise AccessError(
                    self.env._(
                        "Only %(responsible)s or a billing manager writes to the client"
                        " of %(matter)s about its fees: ask one of them.",
                        responsible=matter.responsible_id.name,
                        matter=matter._neutral_label(),
                    )
                )

    def _check_state_in(self, *states):
        for event in self:
            if event.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(event)s is “%(state)s”: nothing is left to do here.",
                        event=event.display_name,
                        state=labels[event.state],
                    )
                )

    # -- the responsible is told -----------------------------------------------

    def _tell_responsible(self):
        """Leave the responsible an activity about each new crossing."""
        for event in self:
            user = event.matter_id.responsible_id
            event = event.with_context(lang=user.lang or self.env.lang)
            event.activity_schedule(
                ACTIVITY,
                date_deadline=fields.Date.context_today(self),
                summary=event.env._(
                    "%(percent)s %% of the %(what)s: tell the client?",
                    percent=event.threshold,
                    what=(event.what or "").lower(),
                ),
                note=event._say_meter(),
                user_id=user.id,
            )

    def _dismiss(self, word):
        self.write({"state": "dismissed", "dismiss_word": word})
        self.activity_unlink([ACTIVITY])

    # -- buttons ---------------------------------------------------------------

    def action_prepare_notice(self):
        """Open the ready letter."""
        self.ensure_one()
        self._check_may_act()
        self._check_state_in(*OPEN, "sent", "acknowledged", "discussed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Letter to the client"),
            "res_model": "legal.cap.notice",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id},
        }

    def action_open_dismiss(self):
        self._check_may_act()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss without telling the client"),
            "res_model": "legal.cap.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_ids": self.ids},
        }

    def action_print_notice(self):
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("legal_billing.action_report_cap_notice").report_action(
            self
        )

    def action_withdraw_link(self):
        """Close the link for good: it opens nothing any more."""
        self._check_may_act()
        # sudo: nobody writes an event by hand, see the check above
        self.sudo().write({"access_token": False, "expires_on": False})

    def action_record_acceptance(self):
        """The client accepted on paper or by word: draw the amendment up."""
        self.ensure_one()
        self._check_may_act()
        self._check_state_in("sent", "acknowledged", "discussed")
        # sudo: nobody writes an event by hand, see the check above
        event = self.sudo()
        event.write(
            {
                "state": "acknowledged",
                "answered_on": event.answered_on or fields.Datetime.now(),
            }
        )
        event.activity_unlink([ACTIVITY])
        event._keep_evidence(
            event,
            event.env._(
                "Recorded by %(user)s: the client accepted %(limit)s.",
                user=self.env.user.name,
                limit=event._say_limit(event.revised_limit)
                if event.revised_limit
                else event.env._("the letter"),
            ),
            "paper",
        )
        event._make_amendment(sign=False)
        return (
            event.amendment_id and event.amendment_id.sudo(False)._get_records_action()
        )

    def action_close_discussion(self):
        """The client's question was answered."""
        self._check_may_act()
        self._check_state_in("discussed")
        # sudo: nobody writes an event by hand, see the check above
        self.sudo().write({"state": "acknowledged"})
        self.sudo().activity_unlink([ACTIVITY])
