from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_case_ids = fields.One2many(
        "legal.collection.case",
        "partner_id",
        "Collection Cases",
        groups="legal_timesheet.group_legal_user",
    )
    dunning_bounced_email = fields.Char(
        "Refused Address",
        readonly=True,
        copy=False,
        groups="legal_timesheet.group_legal_user",
        help="A reminder to this address came back: letters are made instead, until"
        " another address is entered.",
    )

    def action_view_collection_case(self):
        """Open what this payer owes and what was done about it."""
        self.ensure_one()
        case = self.env["legal.collection.case"].search(
            [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_collection_case_action"
        )
        if case:
            action |= {"res_id": case.id, "views": [(False, "form")]}
        else:
            action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        return action
