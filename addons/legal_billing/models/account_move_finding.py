from odoo import models

from .account_move_document import Finding

#: opened as a list of those the finding is about: by which field
LISTS = {"legal.mention": "note_code", "legal.parameter": "key"}
FORMS = {
    "res.company": "legal_billing.res_company_view_form_missing",
    "res.partner": "legal_billing.res_partner_view_form_missing",
}


class AccountMove(models.Model):
    """What is missing before a draft can be issued, each with where to mend it."""

    _inherit = "account.move"

    def _get_alerts(self):
        """Show what keeps this draft from being issued, above the form."""
        alerts = super()._get_alerts()
        if self.state != "draft" or not self.id or not self._legal_is_checked():
            return alerts
        findings = self._legal_check_document()
        soft = self._legal_get_soft(findings)
        for rank, finding in enumerate(findings):
            alerts[f"legal_finding_{rank}"] = {
                "level": "warning" if finding in soft else "danger",
                "message": str(finding),
                **self._legal_get_mending(finding),
            }
        return alerts

    def _legal_find_in_lines(self, sentence):
        """Return a finding about the lines of this document."""
        return Finding(sentence, self, "invoice_line_ids")

    def _legal_find_value(self, error, key):
        """Return a finding about a legal value that is not in force, or unreadable."""
        return Finding(str(error), self.env["legal.parameter"], key)

    def _legal_get_mending(self, finding):
        """Return the button of a finding: words and action, nothing without one."""
        self.ensure_one()
        _ = self.env._
        record = getattr(finding, "record", None)
        if record is None:
            # It is on this document: from elsewhere the button opens it.
            record = self
        name = record._name
        action = {
            "type": "ir.actions.act_window",
            "res_model": name,
            "views": [(False, "form")],
            "res_id": record.id,
            "target": "current",
            "context": {"legal_focus": getattr(finding, "field", "")},
        }
        if name in FORMS:
            view = self.env["ir.model.data"]._xmlid_to_res_id(FORMS[name])
            action["views"] = [(view, "form")]
            words = (
                _("Complete the firm")
                if name == "res.company"
                else _("Complete the client")
            )
        elif name in LISTS:
            action.update(
                views=[(False, "list"), (False, "form")],
                domain=[(LISTS[name], "=", finding.field)],
            )
            del action["res_id"]
            action["name"], words = (
                (_("Legal notices"), _("Review the notices"))
                if name == "legal.mention"
                else (_("Legal values"), _("Review the legal value"))
            )
        elif record == self:
            words = self._legal_get_own_mending(action["context"]["legal_focus"])
        else:
            words = _("Open %(record)s", record=record.display_name)
        return {"action_text": words, "action": action}

    def _legal_get_own_mending(self, field):
        """Return the words of a button that leads to a field of this document."""
        _ = self.env._
        words = {
            "invoice_line_ids": _("Go to the lines"),
            "invoice_date": _("Go to the date"),
            "invoice_date_due": _("Go to the due date"),
            "partner_id": _("Choose the client"),
            "attachment_ids": _("Go to the files"),
        }
        return words.get(field) or _("Open the invoice")
