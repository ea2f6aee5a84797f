from odoo import models
from odoo.tools import format_datetime


class LegalTaxationFile(models.Model):
    """What is known of the way of the invoices to the client, for the bâtonnier."""

    _inherit = "legal.taxation.file"

    def _get_readings(self):
        """Return what was recorded of the invoices of this file, the oldest first."""
        # sudo: see _get_wanted_pieces; the file stands behind the same wall.
        Event = self.env["legal.reading.event"].sudo()
        return Event._get_reading_evidence(self._get_all_moves())

    def _get_reading_sheet(self):
        _ = self.env._
        blocks = self._text(
            _(
                "A page opened or a file downloaded shows that the document was before"
                " somebody who holds the link sent to the client. That a mail server"
                " took an e-mail shows no reading."
            )
        )
        rows = [
            [
                format_datetime(self.env, row["date"], dt_format="short"),
                row["number"] or "",
                row["sentence"],
            ]
            for row in self._get_readings()
        ]
        blocks.append(
            self._make_table(
                [_("Date"), _("Invoice"), _("What is known")],
                rows,
                widths=["34mm", "34mm", None],
            )
        )
        return _("What is known of the reading of the invoices"), blocks
