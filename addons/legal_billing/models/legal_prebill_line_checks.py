from odoo import api, fields, models


class LegalPrebillLine(models.Model):
    _inherit = "legal.prebill.line"

    anomaly_ids = fields.One2many("legal.prebill.anomaly", "line_id", readonly=True)
    anomaly_text = fields.Text("To look at", compute="_compute_anomaly_text")

    @api.depends("anomaly_ids.state", "anomaly_ids.sentence")
    def _compute_anomaly_text(self):
        for line in self:
            opened = line.anomaly_ids.filtered(lambda a: a.state == "open")
            line.anomaly_text = "\n".join(opened.mapped("sentence")) or False

    def _get_check_source(self):
        """Return what this line is about, the same on whatever pre-bill it comes."""
        self.ensure_one()
        if self.entry_id:
            return f"entry:{self.entry_id.id}"
        if self.cost_id:
            return f"cost:{self.cost_id.id}"
        return f"line:{self.id}"

    @api.model
    def _get_checked_fields(self):
        return {
            "hours",
            "rate",
            "amount",
            "decision",
            "narrative",
            "matter_id",
            "prebill_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.prebill_id._mark_to_check()
        return lines

    def write(self, vals):
        before = self.prebill_id
        result = super().write(vals)
        if self._get_checked_fields() & vals.keys():
            (before | self.prebill_id)._mark_to_check()
        return result

    def unlink(self):
        self.prebill_id._mark_to_check()
        return super().unlink()
