from odoo import api, models
from odoo.tools import format_date

ICONS = {
    "sent": "fa-paper-plane-o",
    "accepted": "fa-envelope-o",
    "refused": "fa-exclamation-triangle",
    "bounced": "fa-exclamation-triangle",
    "listed": "fa-list",
    "opened": "fa-eye",
    "pdf": "fa-download",
    "annex": "fa-download",
}


class LegalCollectionCase(models.Model):
    """What is known of the way of the invoices to their reader, in the time line."""

    _inherit = "legal.collection.case"

    def _get_timeline(self):
        rows = [*super()._get_timeline(), *self._get_reading_rows()]
        return sorted(rows, key=lambda row: row["at"], reverse=True)

    def _get_reading_rows(self):
        """Return readings, as far as the reader may see them; none twice."""
        # sudo: which invoices the account is of; what is said of them keeps its rules.
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("commercial_partner_id", "=", self.partner_id.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                ],
                order="id desc",
                limit=200,
            )
        )
        known = {
            (event.body, format_date(self.env, event.date))
            for event in self.event_ids
            if event.kind == "opened"
        }
        for row in self.env["legal.reading.event"]._get_reading_evidence(moves):
            day = format_date(self.env, row["date"])
            if row["kind"] == "opened" and (row["number"], day) in known:
                continue
            yield self._prepare_row(
                row["date"],
                "reading",
                ICONS[row["kind"]],
                row["sentence"],
                text=row["number"],
                tone="danger" if row["kind"] in ("refused", "bounced") else "",
            )


class LegalReadingEvent(models.Model):
    """A reminder that came back was about its invoices."""

    _inherit = "legal.reading.event"

    @api.model
    def _get_documents_of(self, model, ids):
        if model == "legal.dunning.action":
            # sudo: e-mails leave and come back for whoever sent them.
            actions = self.env[model].sudo().browse(ids).exists()
            return actions.line_ids.move_id.filtered("is_legal")
        return super()._get_documents_of(model, ids)
