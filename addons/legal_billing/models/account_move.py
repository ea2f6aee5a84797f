from odoo import api, fields, models

from .text_policy import TEXT_POLICIES


class AccountMove(models.Model):
    """An invoice that knows the matters, the pre-bills and the acts behind it."""

    _inherit = "account.move"

    is_legal = fields.Boolean(
        string="Legal Invoice", compute="_compute_legal_matters", store=True
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "account_move_legal_matter_rel",
        compute="_compute_legal_matters",
        store=True,
        string="Matters",
        copy=False,
        # An accountant without matters must still read, copy and export a move.
        groups="legal_timesheet.group_legal_user",
    )
    prebill_ids = fields.Many2many(
        "legal.prebill",
        compute="_compute_prebill_ids",
        string="Pre-bills",
        groups="legal_timesheet.group_legal_user",
    )
    legal_period_from = fields.Date(string="Services from", copy=False)
    legal_period_to = fields.Date(string="Services to", copy=False)
    invoice_text_policy = fields.Selection(
        TEXT_POLICIES,
        default="detailed",
    )
    legal_client_kind = fields.Selection(
        [
            ("professional", "Professional"),
            ("consumer", "Consumer"),
            ("public", "Public body"),
            ("nonprofessional", "Non-professional"),
        ],
        string="Kind of client",
    )
    legal_payer_id = fields.Many2one(
        "legal.payer",
        string="Payer's Share",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        # It tells who else pays: for those inside the wall alone.
        groups="legal_timesheet.group_legal_user",
    )
    legal_client_message = fields.Text(string="Message to the client", copy=False)

    @api.depends("invoice_line_ids.matter_id")
    def _compute_legal_matters(self):
        for move in self:
            move.matter_ids = move.invoice_line_ids.matter_id
            move.is_legal = bool(move.matter_ids)

    @api.depends("invoice_line_ids.prebill_line_ids.prebill_id")
    def _compute_prebill_ids(self):
        for move in self:
            lines = move.invoice_line_ids.prebill_line_ids
            move.prebill_ids = lines.prebill_id

    def action_view_prebills(self):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "legal.prebill",
            "name": self.env._("Pre-bills"),
            "view_mode": "list,form",
            "domain": [("id", "in", self.prebill_ids.ids)],
        }
        if len(self.prebill_ids) == 1:
            action.update(view_mode="form", res_id=self.prebill_ids.id)
        return action

    def action_view_time_entries(self):
        """Open the minutes behind the euros."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.analytic.line",
            "name": self.env._("Time billed on %(number)s", number=self.name),
            "view_mode": "list,form",
            "domain": [
                (
                    "id",
                    "in",
                    self.invoice_line_ids.prebill_line_ids.entry_id.ids,
                )
            ],
        }

    # -- life cycle ------------------------------------------------------------

    def button_cancel(self):
        """Give the pre-bill back: approved, ready to be invoiced again."""
        self._legal_release_prebills()
        return super().button_cancel()

    def button_draft(self):
        # sudo: analytic lines stand behind the wall, see _create_analytic_lines.
        legal = self.sudo().filtered("is_legal")
        legal._check_draftable()
        lines = legal.line_ids.analytic_line_ids
        lines.with_context(skip_analytic_sync=True).unlink()
        return super().button_draft()

    def unlink(self):
        self._legal_release_prebills()
        return super().unlink()

    def _legal_release_prebills(self):
        # sudo: an accountant who cancels an invoice may be outside the wall of
        # its matter; the pre-bill must follow all the same, and shows nothing.
        for move in self.sudo().filtered(
            lambda m: m.is_legal and m.move_type == "out_invoice"
        ):
            prebills = move.prebill_ids
            move.invoice_line_ids.prebill_line_ids = False
            prebills.filtered(lambda p: p.state == "invoiced").write(
                {"state": "approved"}
            )

    def _post(self, soft=True):
        for move in self.sudo().filtered("is_legal"):
            for prebill in move.prebill_ids:
                if move.move_type == "out_invoice":
                    moves = prebill.move_ids.filtered(
                        lambda m: m.move_type == "out_invoice" and m.state != "cancel"
                    )
                    if moves == moves.filtered(lambda m, p=prebill: m.prebill_ids == p):
                        prebill._check_posted_total(moves)
        return super()._post(soft=soft)

    def _legal_take_scales(self):
        """Mark the acts of an insurer's scale as billed by these invoices."""
        for move in self.filtered(lambda m: m.legal_payer_id.scale_ids):
            # sudo: the run bills for people who may not write on the payer's rows.
            rows_sudo = move.legal_payer_id.sudo().scale_ids
            rows_sudo._get_unbilled().write({"move_id": move.id})

    # -- what the printed invoice and the portal read -----------------------------

    def _legal_get_detail(self):
        """Return the invoice by sections, as the client reads it.

        Callers pass the record they were allowed to reach; acts come with it
        whatever the wall, since the invoice's own client may read them. Under
        the neutral policy no act is returned: they go in the private annex
        (``with_context(legal_annex=True)``).

        :return: list of {code, title, subtotal, lines, acts}; an act is
            {date, narrative, who, grade, hours, rate, amount, is_package}; a
            line is {label, narrative, date, quantity, price_unit, amount,
            is_hours}; amounts exclude VAT, in the invoice's currency
        """
        self.ensure_one()
        # sudo: see above; what leaves is the whitelist built below.
        move = self.sudo().with_context(
            lang=self.partner_id.lang or self.env.lang,
        )
        show_acts = move.invoice_text_policy != "neutral" or move.env.context.get(
            "legal_annex"
        )
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ).sorted(lambda line: (line.sequence, line.id))
        return move._legal_get_detail_of(lines, show_acts)

    def _legal_get_detail_of(self, lines, show_acts):
        """Return the sections of some lines of this invoice, see above."""
        titles = self.env["legal.money.category"]._get_section_titles()
        sections, worked = {}, {}
        for line in lines:
            code = line.legal_category_id.section or "fees"
            section = sections.setdefault(
                code,
                {
                    "code": code,
                    "title": titles[code],
                    "subtotal": 0.0,
                    "lines": [],
                    "acts": [],
                },
            )
            section["subtotal"] += line.price_subtotal
            section["lines"].append(line._legal_describe(show_acts))
            if show_acts:
                worked.setdefault(code, self.env["legal.prebill.line"])
                worked[code] |= line.prebill_line_ids.filtered(
                    lambda prebill_line: prebill_line.kind == "time"
                )
        for code, section in sections.items():
            section["acts"] = worked[code]._describe_acts() if code in worked else []
            section["acts"].sort(key=lambda act: (act["date"], act["id"]))
            section["subtotal"] = self.currency_id.round(section["subtotal"])
        return list(sections.values())

    def _legal_deliver_mails(self):
        """Hand this invoice's waiting e-mails to the server now; tell failures.

        Odoo hands them over after the commit, when nobody looks any more; a run
        has to say which client was not reached. E-mails that failed before are
        tried again: they are the same ones, so nobody gets two.

        :return: a sentence for each person whom the invoice did not reach
        """
        self.ensure_one()
        # sudo: e-mails in the queue are the system's; these are the invoice's own.
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", self.message_ids.ids),
                    ("state", "in", ("outgoing", "exception")),
                ]
            )
        )
        messages = mails.mail_message_id
        mails.filtered(lambda mail: mail.state == "exception").mark_outgoing()
        mails.send(raise_exception=False)
        failed = messages.notification_ids.filtered(
            lambda n: n.notification_status in ("exception", "bounce")
        )
        return [
            self.env._(
                "The invoice %(invoice)s did not reach %(who)s (%(reason)s): mend the"
                " address or the mail server, then send it again.",
                invoice=self.name,
                who=notification.res_partner_id.display_name,
                reason=notification.format_failure_reason(),
            )
            for notification in failed
        ]
