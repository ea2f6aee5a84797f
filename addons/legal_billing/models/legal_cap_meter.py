from odoo import api, fields, models


class LegalCapMeter(models.Model):
    """How far each limit in force stands, kept so that lists sort and filter by it.

    Written by :meth:`legal.matter._update_caps`, never by hand.
    """

    _name = "legal.cap.meter"
    _inherit = ["legal.cap.mixin"]
    _description = "Cap, Package or Estimate in Force"
    _order = "percent desc, id"
    _check_company_auto = True

    agreement_id = fields.Many2one(ondelete="cascade")
    term_id = fields.Many2one(ondelete="cascade")
    at_cap = fields.Selection(related="term_id.at_cap")

    _once = models.UniqueIndex(
        "(agreement_id, COALESCE(term_id, 0))",
        "Each limit of an agreement has one meter.",
    )

    @api.depends("agreement_id", "term_id")
    def _compute_display_name(self):
        for meter in self:
            number = meter.matter_id.matter_number or ""
            meter.display_name = f"{number} – {meter.what or ''}"

    @api.model
    def _refresh(self, matters, states):
        """Write the figures of these matters that changed, drop what is over."""
        known = {
            (meter.agreement_id.id, meter.term_id.id): meter
            for meter in self.search([("matter_id", "in", matters.ids)])
        }
        missing = []
        for state in states:
            values = {
                "period_from": state.period_from or False,
                **self._prepare_figures(state),
            }
            meter = known.pop((state.agreement.id, state.term.id), None)
            if not meter:
                missing.append({**self._prepare_key(state), **values})
                continue
            changed = {k: v for k, v in values.items() if meter[k] != v}
            if changed:
                meter.write(changed)
        self.create(missing)
        self.union(*known.values()).unlink()

    def action_open_agreement(self):
        self.ensure_one()
        return self.agreement_id._get_records_action()

    def action_open_matter(self):
        self.ensure_one()
        return self.matter_id._get_records_action()


class LegalFeeAgreement(models.Model):
    """The meter of the estimate, beside those of the terms."""

    _inherit = "legal.fee.agreement"

    estimate_percent = fields.Float(
        string="Estimate used (%)", compute="_compute_estimate_meter"
    )
    estimate_text = fields.Char(
        string="Estimate so far", compute="_compute_estimate_meter"
    )

    @api.depends("estimate_amount", "term_ids")
    def _compute_estimate_meter(self):
        Meter = self.env["legal.cap.meter"]
        announced = self.filtered(lambda a: a.id and a.estimate_amount)
        states = {
            state.agreement.id: state
            for state in (announced._get_cap_states() if announced else ())
            if state.kind == "estimate"
        }
        for agreement in self:
            state = states.get(agreement.id)
            agreement.estimate_percent = float(state.pace.percent) if state else 0
            agreement.estimate_text = (
                Meter.new(
                    {**Meter._prepare_key(state), **Meter._prepare_figures(state)}
                )._say_meter()
                if state
                else ""
            )
