from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class AccountAnalyticLine(models.Model):
    """Draft, submitted, approved: the way of an entry to the bill."""

    _inherit = "account.analytic.line"

    approval_state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved")],
        "Approval",
        compute="_compute_approval_state",
        store=True,
        copy=False,
        index="btree_not_null",
    )
    billing_status = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("not_billable", "Not Billable"),
        ],
        "Billing",
        compute="_compute_billing_status",
        store=True,
        index="btree_not_null",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_for_id = fields.Many2one(
        "res.users",
        "Approved instead of",
        readonly=True,
        copy=False,
        help="The absent person whose delegate approved.",
    )
    approved_on = fields.Datetime(readonly=True, copy=False)
    return_word = fields.Text("Returned with", readonly=True, copy=False)

    @api.depends("matter_id", "project_id")
    def _compute_approval_state(self):
        for line in self:
            is_entry = line._is_time_entry()
            line.approval_state = is_entry and (line.approval_state or "draft")

    @api.depends("approval_state", "is_billable")
    def _compute_billing_status(self):
        """Where the entry stands on its way to the bill; extended downstream."""
        for line in self:
            state = line.approval_state
            line.billing_status = (
                "not_billable" if state and not line.is_billable else state
            )

    # ------------------------------------------------------------------- actions

    def action_submit(self):
        entries = self._entries_in("draft")
        entries.check_access("write")
        self.env["legal.time.sheet"]._ensure_for(entries)
        # sudo: the state is not typed in by anybody, only by this button
        entries.sudo().write({"approval_state": "submitted", "return_word": False})
        return True

    def action_approve(self):
        self._check_can_approve()
        self._legal_approve()
        return True

    def action_return(self):
        """Ask for a word, then give the entries back to who wrote them."""
        self._check_can_approve()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_timesheet.legal_time_return_action"
        )
        action["context"] = {"default_entry_ids": self.ids}
        return action

    # ------------------------------------------------------------------ business

    def _legal_approve(self):
        """Freeze rate and amount of a batch: one rate query, one write a price.

        :raise UserError: no rate fits an entry that is to be billed
        """
        entries = self._entries_in("draft", "submitted")
        priced = self.env["legal.rate"]._resolve_batch(entries)
        grades = self.env["legal.rate"]._get_entry_grades(entries)
        by_values = {}
        instead_of = entries._get_absent_approvers()
        with_client = entries._get_client_states()
        for entry in entries:
            values = priced[entry]
            if not values and entry.is_billable:
                raise entry._make_no_rate_error()
            frozen = self._prepare_frozen_values(
                values or self._prepare_no_rate(entry, grades[entry])
            )
            frozen["approved_for_id"] = instead_of.get(entry.matter_id.id, False)
            frozen["client_state"] = with_client.get(entry.id, False)
            key = tuple(frozen.values())
            by_values.setdefault(key, (frozen, []))[1].append(entry.id)
        approval = self._prepare_approval_values()
        for frozen, ids in by_values.values():
            # sudo: rate and state are written by the approval, by nobody's hand
            self.browse(ids).sudo().write({**frozen, **approval})
        entries._log_approved_instead(instead_of)
        return entries

    def _legal_return(self, word):
        """Give entries back to those who wrote them, with a word."""
        entries = self._entries_in("submitted", "approved")
        entries._check_can_return()
        entries.sudo().write(
            {
                "approval_state": "draft",
                "approved_by_id": False,
                "approved_for_id": False,
                "approved_on": False,
                "client_state": False,
                "client_question": False,
                "return_word": word,
            }
        )
        entries._tell_returned(word)
        return entries

    # --------------------------------------------------------------------- hooks

    def _check_can_approve(self):
        self.check_access("read")
        approved = {} if self.env.su else self.matter_id._get_time_approvers()
        for matter in self.matter_id:
            if not self.env.su and matter not in approved:
                raise AccessError(
                    self.env._(
                        "The time of %(matter)s is approved by %(responsible)s or a"
                        " lead"
                        " of its team: submit it to them.",
                        matter=matter._neutral_label(),
                        responsible=matter.responsible_id.name,
                    )
                )

    def _check_can_return(self):
        """Hook: what is on its way to a bill does not come back this way."""

    def _prepare_approval_values(self):
        return {
            "approval_state": "approved",
            "approved_by_id": self.env.uid,
            "approved_on": fields.Datetime.now(),
            "return_word": False,
        }

    @api.model
    def _prepare_frozen_values(self, values):
        """Return the price as plain values, fit for one write of many entries."""
        return {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()
        }

    def _make_no_rate_error(self):
        return UserError(self._get_no_rate_sentence())

    def _get_absent_approvers(self):
        """Return ``{matter id: absent person's id}`` where the user stands in."""
        if self.env.su:
            return {}
        return {
            matter.id: person.id
            for matter, person in self.matter_id._get_time_approvers().items()
            if person != self.env.user
        }

    def _log_approved_instead(self, instead_of):
        """Leave a trace on each matter approved by a delegate."""
        for matter, entries in self.grouped("matter_id").items():
            absent = self.env["res.users"].browse(instead_of.get(matter.id))
            if absent:
                matter._message_log(
                    body=self.env._(
                        "%(delegate)s approved %(count)s time entries for"
                        " %(absent)s, absent.",
                        delegate=self.env.user.name,
                        count=len(entries),
                        absent=absent.sudo().name,
                    )
                )

    def _tell_returned(self, word):
        """Tell each author once per matter; the message names no work."""
        for matter, entries in self.grouped("matter_id").items():
            partners = entries.user_id.partner_id - self.env.user.partner_id
            if partners:
                matter.message_notify(
                    partner_ids=partners.ids,
                    subject=self.env._(
                        "Time to correct on %s", matter._neutral_label()
                    ),
                    body=word or self.env._("Time was returned to you."),
                )

    def _entries_in(self, *states):
        return self.filtered(lambda line: line.approval_state in states)
