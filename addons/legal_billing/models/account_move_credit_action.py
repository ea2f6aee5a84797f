from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The buttons of a credit note: credit act by act, bill again."""

    _inherit = "account.move"

    legal_can_rebill = fields.Boolean(compute="_compute_legal_can_rebill")

    def _compute_legal_can_rebill(self):
        free = self._legal_get_free_lines()
        for move in self:
            move.legal_can_rebill = bool(free.get(move.id))

    def _legal_get_free_lines(self):
        """Return {credit note id: pre-bill lines it gave back, on no bill since}."""
        # sudo: whether something is free; callers read the lines with their rights.
        credits = (
            self.env["legal.prebill.credit"]
            .sudo()
            .search(
                [
                    ("move_id", "in", self.ids),
                    ("is_in_force", "=", True),
                    ("outcome", "=", "give_back"),
                    ("prebill_line_id.is_live", "=", False),
                    ("prebill_line_id.kind", "!=", "provision"),
                ]
            )
        )
        free = {}
        for move, rows in credits.grouped("move_id").items():
            lines = rows.prebill_line_id.filtered(
                lambda line: not line._is_billed_again()
            )
            free[move.id] = lines.sudo(False)
        return free

    def action_reverse(self):
        """Open the legal credit note where acts stand behind the invoice."""
        manager = "legal_billing.group_legal_billing_manager"
        if (
            len(self) == 1
            and self._legal_has_acts()
            and self.env.user.has_group(manager)
        ):
            return self.action_legal_credit()
        return super().action_reverse()

    def action_legal_credit(self):
        """Choose what to credit of this invoice."""
        self.ensure_one()
        self._legal_check_creditable()
        self.env["legal.invoice.credit"]._prepare_lines(self)  # the wall, said at once
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit note of %(number)s", number=self.name),
            "res_model": "legal.invoice.credit",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id, "dialog_size": "extra-large"},
        }

    def action_legal_rebill(self):
        """Make and open the pre-bill of what these credit notes gave back."""
        self.check_access("read")
        free = self._legal_get_free_lines()
        lines = self.env["legal.prebill.line"].union(*free.values())
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing that %(credits)s gave back is waiting to be billed again.",
                    credits=", ".join(self.mapped("name")),
                )
            )
        lines.check_access("read")
        return self.env["legal.prebill"]._rebill(lines).action_view_rebilled()

    def _legal_action_open(self):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "name": self.env._("Credit notes"),
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(view_mode="form", res_id=self.id)
        return action


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    def _is_billed_again(self):
        """Tell whether what this line billed is on another live pre-bill."""
        domain = self._get_same_source_domain()
        if not domain:
            return False
        return bool(self.search_count(domain, limit=1))
