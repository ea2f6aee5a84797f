from odoo import fields, models
from odoo.tools import format_datetime


class LegalTaxationFile(models.Model):
    """What the client contested, and what was answered, as exhibits."""

    _inherit = "legal.taxation.file"

    def _get_wanted_pieces(self):
        # sudo: see _get_wanted_pieces of the books' exhibits.
        own = self.sudo()
        disputes = own.move_ids.dispute_ids.filtered(lambda d: d.kind == "dispute")
        return super()._get_wanted_pieces() + [
            own._piece(
                "objection",
                dispute,
                self.env._(
                    "Objections of the client on %(invoice)s",
                    invoice=dispute.move_id.name,
                ),
                dispute.received_on,
            )
            for dispute in disputes
        ]

    def _read_legal_dispute(self, dispute):
        """Return the sheet of a dispute: what is contested, and all that was said."""
        _ = self.env._
        dispute = dispute.with_context(lang=self._get_lang())
        rows = [
            [
                format_datetime(
                    self.env, word.said_at, tz=self.company_id._get_legal_tz().zone
                ),
                dict(word._fields["side"]._description_selection(dispute.env))[
                    word.side
                ],
                word.body,
            ]
            for word in dispute.exchange_ids.filtered("is_shared")
        ]
        blocks = self._text(
            _(
                "%(amount)s contested on %(day)s; state today: %(state)s.",
                amount=dispute._format_money(dispute.amount),
                day=self._day(
                    dispute.received_on or fields.Date.to_date(dispute.create_date)
                ),
                state=dispute._get_state_label(),
            )
        )
        if rows:
            blocks.append(
                self._make_table(
                    [_("Date"), _("By"), _("Words")],
                    rows,
                    widths=["32mm", "22mm", None],
                )
            )
        title = _(
            "Objections of the client on %(invoice)s", invoice=dispute.move_id.name
        )
        return self._lay_out_blocks(title, blocks), "application/pdf", True
