from odoo import api, fields, models
from odoo.fields import Domain


class LegalMatter(models.Model):
    """The meters of a matter, and what is shared with its client."""

    _inherit = "legal.matter"

    cap_meter_ids = fields.One2many("legal.cap.meter", "matter_id")
    cap_event_ids = fields.One2many("legal.cap.event", "matter_id")
    cap_percent = fields.Float(
        string="Highest limit used (%)",
        compute="_compute_cap_percent",
        search="_search_cap_percent",
    )
    cap_text = fields.Char(string="Limit nearest", compute="_compute_cap_percent")
    cap_event_count = fields.Integer(compute="_compute_cap_event_count")
    shared_document_ids = fields.Many2many(
        "ir.attachment",
        "legal_matter_shared_document_rel",
        "matter_id",
        "attachment_id",
        string="Shared with the client",
        copy=False,
        help="The client reads these files on the page of the matter, and no others.",
    )

    @api.depends("cap_meter_ids.percent")
    def _compute_cap_percent(self):
        meters = self.env["legal.cap.meter"].search([("matter_id", "in", self.ids)])
        by_matter = meters.grouped("matter_id")
        for matter in self:
            highest = by_matter.get(matter, meters.browse()).sorted("percent")[-1:]
            matter.cap_percent = highest.percent
            matter.cap_text = highest and f"{highest.what} : {highest.meter_text}"

    def _search_cap_percent(self, operator, value):
        found = Domain("cap_meter_ids.percent", operator, value)
        if operator in ("<", "<="):
            found |= Domain("cap_meter_ids", "=", False)
        return found

    def _compute_cap_event_count(self):
        counts = dict(
            self.env["legal.cap.event"]._read_group(
                [("matter_id", "in", self.ids)], ["matter_id"], ["__count"]
            )
        )
        for matter in self:
            matter.cap_event_count = counts.get(matter, 0)

    def action_view_cap_events(self):
        return {
            **self._action_view_satellite(
                "legal.cap.event", self.env._("Limits reached")
            ),
            "context": {"create": False},
        }

    # -- files shared with the client ------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        matters = super().create(vals_list)
        matters.filtered("shared_document_ids")._own_shared_documents()
        return matters

    def write(self, vals):
        result = super().write(vals)
        if "shared_document_ids" in vals:
            self._own_shared_documents()
        return result

    def _own_shared_documents(self):
        """Tie each file to its matter, whose wall it then shares."""
        for matter in self:
            # sudo: only the person who uploaded a loose file may write on it.
            loose = matter.shared_document_ids.sudo().filtered(lambda a: not a.res_id)
            loose.write({"res_model": self._name, "res_id": matter.id})
