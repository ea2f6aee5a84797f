from odoo import Command, api, models
from odoo.exceptions import UserError

TIME_ENTRIES = "legal_timesheet.legal_time_entry_action_approve"


class LegalPrebillAnomaly(models.Model):
    """The button that mends an anomaly: it does the right thing, or opens it."""

    _inherit = "legal.prebill.anomaly"

    def _get_mend_labels(self):
        """Return {code, or code_variant: what the button says}; a hook."""
        _ = self.env._
        rewrite = _("Rewrite the narrative")
        return {
            "duplicate": _("Write this one off"),
            "overlap": _("See both entries"),
            "off_team": _("Add to the team for that day"),
            "odd_hours": _("Correct the hours"),
            "long_day": _("See that day"),
            "rest_day": _("Rewrite the narrative"),
            "vague": rewrite,
            "internal": rewrite,
            "secrecy": rewrite,
            "block": _("Split the entry"),
            "rate_raised": _("Back to the agreed rate"),
            "rate": _("Open the agreement"),
            "cap": _("Tell the client"),
            "proof": _("Attach the proof"),
            "old": _("See this late work"),
        }

    @api.depends("code", "variant")
    @api.depends_context("lang")
    def _compute_mend_label(self):
        labels = self._get_mend_labels()
        for anomaly in self:
            anomaly.mend_label = labels.get(
                f"{anomaly.code}_{anomaly.variant}", labels.get(anomaly.code, False)
            )

    def action_mend(self):
        """Do what mends it, or open where a person mends it."""
        self.ensure_one()
        self._check_may_act()
        mend = getattr(self, f"_mend_{self.code}", None)
        action = mend() if mend else self._open_line()
        if action:
            return action
        self.prebill_id._check_pending()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- what opens ------------------------------------------------------------------

    def _open_dialog(self, record, name, view=False):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(view and self.env.ref(view).id, "form")],
            "target": "new",
        }

    def _open_line(self):
        self.ensure_one()
        if not self.line_id:
            raise UserError(
                self.env._(
                    "The line is no longer on %(prebill)s: check it again.",
                    prebill=self.prebill_id.display_name,
                )
            )
        return self._open_dialog(
            self.line_id,
            self.sentence,
            "legal_billing.legal_prebill_line_view_form_mend",
        )

    def _open_entries(self, domain, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(TIME_ENTRIES)
        return {**action, "name": name, "domain": domain, "context": {}}

    # -- one a check -----------------------------------------------------------------

    def _mend_duplicate(self):
        self.line_id.write(
            {
                "decision": "write_off",
                "reason_id": self.env.ref("legal_billing.reason_duplicate").id,
            }
        )

    def _mend_overlap(self):
        ids = [*self._get_related("entry"), self.line_id.entry_id.id]
        return self._open_entries([("id", "in", ids)], self.env._("Overlapping time"))

    def _mend_off_team(self):
        """Say that the person was on the team, for that very day."""
        line = self.line_id
        # sudo: the user of a colleague, whoever may read HR data
        user = line.entry_id.employee_id.sudo().user_id
        if not user:
            raise UserError(
                self.env._(
                    "%(person)s has no user and cannot be on a team: link one to the"
                    " employee first.",
                    person=self._say_person(),
                )
            )
        line.matter_id.write(
            {
                "member_ids": [
                    Command.create(
                        {
                            "user_id": user.id,
                            "role": "member",
                            "date_from": line.date,
                            "date_to": line.date,
                        }
                    )
                ]
            }
        )
        self.prebill_id._mark_to_check()

    def _mend_long_day(self):
        entry = self.line_id.entry_id
        return self._open_entries(
            [
                ("employee_id", "=", entry.employee_id.id),
                ("date", "=", entry.date),
                ("project_id", "!=", False),
            ],
            self.sentence,
        )

    def _mend_old(self):
        ids = (self.facts or {}).get("entries") or self.line_id.entry_id.ids
        return self._open_entries([("id", "in", ids)], self.sentence)

    def _mend_block(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split the entry"),
            "res_model": "legal.prebill.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.line_id.id},
        }

    def _mend_rate(self):
        if self.variant == "raised":
            self.line_id.write({"rate": self.line_id.rate_proposed})
            return None
        return self.prebill_id.agreement_id._get_records_action()

    def _mend_cap(self):
        """Open the ready letter; without a crossing recorded yet, the agreement."""
        self.prebill_id.matter_id._update_caps()
        event = self.env["legal.cap.event"].search(
            [
                ("agreement_id", "=", self.prebill_id.agreement_id.id),
                ("term_id", "in", [i or False for i in self._get_related("ceiling")]),
                ("state", "in", ("new", "prepared")),
            ],
            order="threshold desc",
            limit=1,
        )
        if event:
            return event.action_prepare_notice()
        return self.prebill_id.agreement_id._get_records_action()

    def _mend_proof(self):
        return self._open_dialog(self.line_id.cost_id, self.sentence)
