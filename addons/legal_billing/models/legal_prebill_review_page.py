from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .legal_money_category import SECTIONS

#: pre-bills shown in the queue at once; the others are counted
QUEUE = 200
OPEN = ("draft", "in_review")


class LegalPrebill(models.Model):
    """The page on which a partner reviews his pre-bills, as plain values.

    A queue, and one pre-bill that reads as the invoice its client will get. Each is
    a fixed number of queries, whatever the number of pre-bills or lines.
    """

    _inherit = "legal.prebill"

    def action_open_review_page(self):
        """Open these pre-bills on the page of the review, the first one shown."""
        return {
            **self._get_review_action([("id", "in", self.ids)]),
            "params": {"prebill_id": self[:1].id},
        }

    @api.model
    def _get_review_action(self, domain):
        """Return the action that opens exactly these on the page of the review."""
        action = self.env["ir.actions.client"]._for_xml_id(
            "legal_billing.legal_prebill_review_action"
        )
        return {**action, "params": {"domain": list(domain)}}

    # -- the queue -----------------------------------------------------------------

    @api.model
    def get_review_queue(self, domain=None, scope=None):
        """Return the pre-bills to review, those that wait for a decision first.

        :param domain: only these, e.g. those of a list; else all the user may read
        :param scope: ``mine``, ``approve`` or ``all``; without, the first that has some
        :return: ``{scope, scopes: [{key, label, count}], rows, left_out}``
        """
        self.check_access("read")
        self._check_pending()
        wanted = Domain(domain or Domain.TRUE)
        scopes = [
            {**one, "count": self.search_count(wanted & one["domain"])}
            for one in self._get_review_scopes(bool(domain))
        ]
        found = next((one for one in scopes if one["key"] == scope), None)
        found = found or next((s for s in scopes if s["count"]), scopes[-1])
        prebills = self.search(
            wanted & found["domain"], order="date_to, id", limit=QUEUE
        )
        rows = prebills._get_review_rows()
        for one in scopes:
            del one["domain"]
        return {
            "scope": found["key"],
            "scopes": scopes,
            "rows": rows,
            "left_out": found["count"] - len(rows),
        }

    @api.model
    def _get_review_scopes(self, is_chosen=False):
        """Return which queues there are; a hook.

        :param is_chosen: the pre-bills come from elsewhere: all of them come first
        """
        _ = self.env._
        to_decide = Domain("state", "in", OPEN)
        own = Domain("responsible_id", "=", self.env.uid)
        manages = self.env.user.has_group("legal_billing.group_legal_billing_manager")
        ready = to_decide & Domain("is_held", "=", False)
        scopes = [
            {"key": "mine", "label": _("Mine"), "domain": own & to_decide},
            {
                "key": "approve",
                "label": _("To approve"),
                "domain": ready if manages else ready & own,
            },
            {
                "key": "all",
                "label": _("All open"),
                "domain": Domain("state", "in", (*OPEN, "approved")),
            },
        ]
        return scopes[::-1] if is_chosen else scopes

    def _get_review_rows(self):
        """Return these pre-bills as rows of the queue."""
        oldest = dict(
            self.env["legal.prebill.line"]._read_group(
                [("prebill_id", "in", self.ids), ("section", "!=", "provisions")],
                ["prebill_id"],
                ["date:min"],
            )
        )
        today = fields.Date.context_today(self)
        states = dict(self._fields["state"]._description_selection(self.env))
        rows = [
            {
                "id": prebill.id,
                "name": prebill.name,
                "number": prebill.matter_id.matter_number or "",
                "title": prebill.matter_id.name or "",
                "client": prebill.partner_id.display_name or "",
                "responsible": prebill.responsible_id.name or "",
                "amount": prebill.amount_untaxed,
                "currency_id": prebill.currency_id.id,
                "realisation": prebill.realisation_percent,
                "has_standard": bool(prebill.amount_standard),
                "anomalies": prebill.anomaly_count,
                "blocking": prebill.blocking_count,
                "age": (today - (oldest.get(prebill) or prebill.date_to)).days,
                "state": prebill.state,
                "state_label": states[prebill.state],
                "is_held": prebill.is_held,
                "held_until": fields.Date.to_string(prebill.held_until) or "",
                "waits": prebill.state in OPEN and not prebill.is_held,
            }
            for prebill in self
        ]
        return sorted(rows, key=lambda r: (r["state"] not in OPEN, r["is_held"]))

    # -- the page ------------------------------------------------------------------

    @api.model
    def get_review_page(self, prebill_id):
        """Return one pre-bill with all that the partner decides by.

        :raise UserError: it is no more
        """
        self._check_pending()
        prebill = self._browse_for_review(prebill_id)
        return {
            **prebill._get_page_head(),
            "sections": prebill._get_page_sections(),
            "figures": prebill._get_page_figures(),
            "anomalies": prebill._get_page_anomalies().get(False, []),
            "reasons": [
                {"id": reason.id, "name": reason.name}
                for reason in self.env["legal.writeoff.reason"].search(
                    [("company_id", "in", (False, prebill.company_id.id))]
                )
            ],
            "undo": prebill._get_page_undo(),
        }

    @api.model
    def _browse_for_review(self, prebill_id):
        prebill = self.browse(prebill_id).exists()
        if not prebill:
            raise UserError(
                self.env._("This pre-bill is no more: choose another one in the queue.")
            )
        if not prebill.has_access("read"):
            raise AccessError(
                self.env._(
                    "This pre-bill is not open to you: choose another one in the queue."
                )
            )
        return prebill

    def _get_page_head(self):
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        problem = self._get_approval_problem()
        may_edit = self.state in OPEN and self.has_access("write")
        locked = self._get_review_locked()
        return {
            "id": self.id,
            "name": self.name,
            "matter_id": self.matter_id.id,
            "number": self.matter_id.matter_number or "",
            "title": self.matter_id.name or "",
            "client": self.partner_id.display_name or "",
            "agreement_id": self.agreement_id.id,
            "responsible": self.responsible_id.name or "",
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "currency_id": self.currency_id.id,
            "state": self.state,
            "state_label": states[self.state],
            "is_held": self.is_held,
            "held_until": fields.Date.to_string(self.held_until) or "",
            "hold_reason": self.hold_reason or "",
            "may_edit": may_edit and bool(self.line_ids - locked),
            "may_edit_whole": may_edit and not locked,
            "may_approve": self.state in OPEN and not problem,
            "approval_problem": problem,
            "message": self.client_message or "",
            "discount_percent": self.discount_percent,
            "discount_amount": self.discount_amount,
            "is_unsigned": self.is_agreement_unsigned,
            "agreement": self.agreement_id.display_name,
        }

    def _get_approval_problem(self):
        """Return why the user cannot approve now, as a sentence; empty if he can."""
        self.ensure_one()
        if self.state not in OPEN:
            return ""
        try:
            self._check_may_approve()
        except UserError as error:
            return str(error)
        if self.is_held:
            return self.env._("It is on hold: release it before approving it.")
        return "\n".join(self._get_refusals()[:1])

    def _get_review_locked(self):
        """Return the lines that the user may not change; a hook for who may what."""
        return self.env["legal.prebill.line"]

    def _get_page_undo(self):
        """Return the last act that still stands, for the button that undoes it."""
        revisions = self.env["legal.prebill.revision"].search(
            [("prebill_id", "=", self.id)]
        )
        undone = set(revisions.filtered("undoes_batch").mapped("undoes_batch"))
        acts = dict(revisions._fields["act"]._description_selection(self.env))
        for revision in revisions:
            if revision.act != "undo" and revision.batch not in undone:
                return {
                    "batch": revision.batch,
                    "label": acts[revision.act],
                    "who": revision.user_id.name,
                }
        return False

    # -- sections ------------------------------------------------------------------

    def _get_page_sections(self):
        """Return the sections in the order of the invoice, each with its rows."""
        self.ensure_one()
        titles = dict(
            self.env["legal.money.category"]
            ._fields["section"]
            ._description_selection(self.env)
        )
        anomalies = self._get_page_anomalies()
        words = self.line_ids._get_words_proposed()
        locked = self._get_review_locked()
        sections = []
        for code, _label in SECTIONS:
            lines = self.line_ids.filtered(lambda li, c=code: li.section == c)
            if lines:
                sections.append(
                    {
                        "code": code,
                        "title": titles[code],
                        "rows": lines._get_page_rows(anomalies, words, locked),
                        "amount": self.currency_id.round(
                            sum(lines.mapped("amount")) + 0.0
                        ),
                        "proposed": self.currency_id.round(
                            sum(lines.mapped("amount_proposed")) + 0.0
                        ),
                        "hours": sum(
                            line.hours
                            for line in lines
                            if line.decision not in ("write_off", "postpone")
                        ),
                    }
                )
        return sections

    def _get_page_anomalies(self):
        """Return {line id or False: what is to look at there}."""
        found = {}
        for anomaly in self.anomaly_ids.filtered(lambda a: a.state == "open"):
            found.setdefault(anomaly.line_id.id, []).append(
                {
                    "id": anomaly.id,
                    "code": anomaly.code,
                    "sentence": anomaly.sentence,
                    "severity": anomaly.severity,
                    "mend": anomaly.mend_label or "",
                }
            )
        return found

    # -- figures -------------------------------------------------------------------

    def _get_page_figures(self):
        """Return what stands at the foot of the page."""
        self.ensure_one()
        return {
            **self.get_review_figures()[self.id],
            "untaxed": self.amount_untaxed,
            "tax": self.amount_tax,
            "total": self.amount_total,
            "fees": self.amount_fees,
            "hours": self.hours,
        }
