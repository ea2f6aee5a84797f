from odoo import models


class AccountMove(models.Model):
    """An invoice of several matters: a section and a subtotal for each."""

    _inherit = "account.move"

    def _post(self, soft=True):
        # sudo: an accountant posts invoices of matters he does not see.
        for move in self.sudo().filtered("is_legal"):
            prebills = move.prebill_ids
            if move.move_type == "out_invoice" and len(prebills) > 1:
                prebills._check_common_total(move)
        return super()._post(soft=soft)

    def _legal_get_detail_of(self, lines, show_acts):
        """Tell the matters apart, each with its own sections, in the bill's order."""
        matters = lines.matter_id
        if len(matters) < 2:
            return super()._legal_get_detail_of(lines, show_acts)
        sections = []
        for matter in dict.fromkeys(line.matter_id for line in lines):
            own_lines = lines.filtered(lambda line, m=matter: line.matter_id == m)
            own = super()._legal_get_detail_of(own_lines, show_acts)
            heading = self.env._("Matter %(matter)s", matter=matter._neutral_label())
            if self.invoice_text_policy != "neutral":
                heading = f"{heading} – {matter.name}"
            subtotal = self.currency_id.round(sum(s["subtotal"] for s in own))
            for section in own:
                section["matter"] = heading
            own[-1]["matter_subtotal"] = subtotal
            own[0]["is_first_of_matter"] = True
            sections += own
        return sections

    def _legal_get_section_frame(self, section):
        """Return the heading over a section and the subtotal of its matter under it."""
        frame = super()._legal_get_section_frame(section)
        if section.get("is_first_of_matter"):
            frame["heading"] = section["matter"]
        if "matter_subtotal" in section:
            frame["matter_subtotal_label"] = self.env._(
                "Total of %(matter)s, excl. VAT", matter=section["matter"]
            )
            frame["matter_subtotal"] = self._legal_format_money(
                section["matter_subtotal"]
            )
        return frame
