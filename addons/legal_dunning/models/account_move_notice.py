from odoo import api, fields, models


class AccountMove(models.Model):
    """The formal notice of an invoice, and what it brings about."""

    _inherit = "account.move"

    formal_notice_id = fields.Many2one(
        "legal.dunning.action",
        "Formal Notice",
        compute="_compute_formal_notice",
        compute_sudo=True,
        groups="legal_timesheet.group_legal_user",
    )
    formal_notice_on = fields.Date(
        "Notified on",
        compute="_compute_formal_notice",
        compute_sudo=True,
        help="Day on which the formal notice was received, else first presented.",
    )

    @api.depends("dunning_line_ids.state", "dunning_line_ids.action_id.notice_on")
    def _compute_formal_notice(self):
        lines = (
            self.env["legal.dunning.action.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", self.ids),
                    ("action_id.is_formal_notice", "=", True),
                    ("state", "=", "sent"),
                ],
                order="sent_on desc, id desc",
            )
        )
        by_move = lines.grouped("move_id")
        for move in self:
            own = by_move.get(move._origin, lines.browse()).action_id
            notified = own.filtered("notice_on").sorted("notice_on")
            # What counts is the first that arrived; what shows is the last.
            move.formal_notice_id = own[:1]
            move.formal_notice_on = notified[:1].notice_on

    def _get_dunning_notice_date(self):
        """Return the date that the formal notice bears, or False."""
        self.ensure_one()
        return self.sudo().formal_notice_id.planned_on

    def _get_dunning_mediation(self):
        """Return the firm's notice on consumer mediation, "" when it has none."""
        self.ensure_one()
        mention = (
            self.env["legal.mention"]
            ._for_move(self.sudo())
            .filtered(lambda mention: mention.code == "M18")[:1]
        )
        return mention._get_text(self.sudo()) if mention else ""

    def _get_dunning_sms_link(self):
        """Return the address a text message gives: as short as can be."""
        return self._legal_get_code_url()
