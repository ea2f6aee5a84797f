from odoo import fields, models
from odoo.exceptions import AccessError

STOPPED = "stopped"
TAKEN = "taken"


class AccountMove(models.Model):
    """What people have decided about the reminders of an invoice."""

    _inherit = "account.move"

    dunning_stop_reason = fields.Char(
        "Reminders Stopped because", copy=False, readonly=True, tracking=True
    )
    dunning_stopped_by_id = fields.Many2one(
        "res.users", "Stopped by", copy=False, readonly=True
    )
    dunning_taken_by_id = fields.Many2one(
        "res.users", "Taken in Hand by", copy=False, readonly=True
    )
    dunning_taken_until = fields.Date("In Hand until", copy=False, readonly=True)
    dunning_told_on = fields.Date(
        copy=False,
        readonly=True,
        export_string_translation=False,
        help="Day on which the responsible was told that it had fallen overdue.",
    )

    def _stop_dunning(self, reason, user):
        self.write({"dunning_stop_reason": reason, "dunning_stopped_by_id": user.id})

    def action_dunning_resume(self):
        """Let reminders go on after they were stopped or taken in hand."""
        Action = self.env["legal.dunning.action"]
        for move in self:
            # sudo: a lawyer who answers for the matter may not read the ledger.
            lead = move.sudo()._get_dunning_user()
            if not (
                self.env.user.has_group("legal_dunning.group_legal_collector")
                and not move.sudo().dunning_stop_reason
            ) and not Action._may_decide(self.env.user, lead):
                raise AccessError(
                    self.env._(
                        "The reminders of %(number)s were stopped by a partner, who"
                        " alone lets them go on.",
                        number=move.sudo().name,
                    )
                )
        # sudo: only the decisions on reminders, of which the right was just checked.
        self.sudo().write(
            {
                "dunning_stop_reason": False,
                "dunning_stopped_by_id": False,
                "dunning_taken_by_id": False,
                "dunning_taken_until": False,
            }
        )

    def _get_dunning_hold(self, policy):
        hold = super()._get_dunning_hold(policy)
        if hold:
            return hold
        if self.dunning_stop_reason:
            return STOPPED
        day = (
            self.env.context.get("dunning_day") or self.company_id._get_dunning_today()
        )
        if self.dunning_taken_until and self.dunning_taken_until > day:
            return TAKEN
        return None


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _explain_hold(self, reason):
        words = {
            STOPPED: self.env._("A partner has stopped its reminders."),
            TAKEN: self.env._("The responsible has taken it in hand."),
        }
        return words.get(reason) or super()._explain_hold(reason)
