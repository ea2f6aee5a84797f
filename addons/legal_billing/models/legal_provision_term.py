from odoo import api, fields, models


class LegalProvision(models.Model):
    """The provisions that a fee agreement foresees: at signature, on a day, or as
    often as the balance falls under a floor."""

    _inherit = "legal.provision"

    term_id = fields.Many2one(
        "legal.fee.term", string="Fee term", readonly=True, index=True, copy=False
    )

    @api.model
    def _request_for(self, matter, amount, *args, term=None, **kwargs):
        provision = super()._request_for(matter, amount, *args, **kwargs)
        provision.term_id = term
        return provision

    @api.model
    def _request_terms(self, terms):
        """Prepare what these terms foresee, once over all versions of each.

        :return: the requests prepared, for a person to send
        """
        roots = self.search([("term_id.root_id", "in", terms.root_id.ids)])
        known = roots.term_id.root_id
        made = self.browse()
        for term in terms:
            if term.root_id in known or not term.matter_id.partner_id:
                continue
            known |= term.root_id
            made |= self._request_for(term.matter_id, term.amount, term=term)
        return made

    @api.model
    def _get_signed_terms(self, *domain):
        return self.env["legal.fee.term"].search(
            [
                ("kind", "=", "provision"),
                ("agreement_id.state", "=", "signed"),
                ("matter_id.state", "=", "open"),
                *domain,
            ]
        )

    @api.model
    def _cron_propose(self):
        today = fields.Date.context_today(self)
        self._request_terms(
            self._get_signed_terms(
                ("provision_when", "=", "date"), ("provision_on", "<=", today)
            )
        )
        return super()._cron_propose()

    @api.model
    def _get_floors(self, matters=None):
        """Add the floors agreed; what the matter itself says comes first."""
        floors = super()._get_floors(matters)
        today = fields.Date.context_today(self)
        domain = [("provision_when", "=", "floor"), ("provision_floor", ">", 0)]
        if matters is not None:
            domain.append(("matter_id", "in", matters.ids))
        for term in self._get_signed_terms(*domain):
            agreement = term.agreement_id
            is_over = agreement.date_to and agreement.date_to < today
            if agreement.date_from <= today and not is_over:
                floors.setdefault(
                    term.matter_id, (term.provision_floor, term.amount, None)
                )
        return floors


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    def action_sign(self):
        """Prepare the provisions agreed for the signature; nothing leaves by itself."""
        res = super().action_sign()
        terms = self.filtered(lambda a: a.state == "signed").term_ids.filtered(
            lambda term: term.kind == "provision" and term.provision_when == "signature"
        )
        self.env["legal.provision"]._request_terms(terms)
        return res
