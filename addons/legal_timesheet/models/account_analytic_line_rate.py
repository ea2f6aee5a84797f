from odoo import api, models
from odoo.fields import Domain

#: in the context of a write that may change a frozen price: no caller from outside
#: can put this very object there
RERATE = object()


class AccountAnalyticLine(models.Model):
    """The price of a time entry: shown on drafts, frozen on approval."""

    _inherit = "account.analytic.line"

    @api.depends(
        "employee_id",
        "date",
        "matter_id.partner_id",
        "project_id",
        "activity_code_id",
    )
    def _compute_rate(self):
        """Price the drafts of the batch in one query; keep what is frozen."""
        frozen = self.filtered(lambda line: line.approval_state == "approved")
        for line in frozen:
            line.rate, line.rate_id = line.rate, line.rate_id
            line.rate_source, line.grade_id = line.rate_source, line.grade_id
            line.legal_currency_id = line.legal_currency_id
        drafts = (self - frozen).filtered(
            lambda line: line._is_time_entry() and line.date
        )
        for line in self - frozen - drafts:
            line.update(self._prepare_no_rate(line))
        priced = self.env["legal.rate"]._resolve_batch(drafts)
        grades = self.env["legal.rate"]._get_entry_grades(drafts)
        for line in drafts:
            line.update(priced[line] or self._prepare_no_rate(line, grades[line]))

    def _prepare_no_rate(self, line, grade=False):
        return {
            "rate": 0.0,
            "rate_id": False,
            "rate_source": False,
            "grade_id": grade,
            # sudo: the currency of the matter, for whoever records time on it
            "legal_currency_id": line.matter_id.sudo().currency_id
            or line.company_id.currency_id,
        }

    def _get_no_rate_sentence(self):
        """Say what is missing: the currency too, where another one has a rate."""
        self.ensure_one()
        # sudo: the currency of the matter, for whoever records time on it
        matter = self.matter_id.sudo()
        words = {**self._entry_words(), "currency": matter.currency_id.name}
        if matter.currency_id != matter.company_id.currency_id:
            return self.env._(
                "No rate in %(currency)s fits the entry of %(person)s on %(matter)s on"
                " %(day)s: its client is billed in %(currency)s, add a rate in that"
                " currency for that day under Configuration / Rates.",
                **words,
            )
        return self.env._(
            "No rate fits the entry of %(person)s on %(matter)s on %(day)s: add a rate"
            " for that day under Configuration / Rates.",
            **words,
        )

    @api.model
    def _legal_recompute_drafts(self, domain):
        """Price again the entries not approved yet that a change touches."""
        # sudo: a new rate prices everybody's drafts
        drafts = self.sudo().search(
            Domain("matter_id", "!=", False)
            & Domain("project_id", "!=", False)
            & Domain("approval_state", "in", ("draft", "submitted"))
            & Domain(domain)
        )
        names = ["rate", "rate_id", "rate_source", "grade_id", "legal_currency_id"]
        for name in names:
            self.env.add_to_compute(self._fields[name], drafts)
        drafts.modified(names)

    # ------------------------------------------------------------ pricing again

    def _get_rerate_refusal(self, values):
        """Return why this entry keeps its price, or nothing.

        :param values: the price that today's rates give, ``None`` without any
        """
        self.ensure_one()
        _ = self.env._
        if self.billing_status not in ("draft", "submitted", "approved"):
            states = dict(
                self._fields["billing_status"]._description_selection(self.env)
            )
            return _(
                "It stays as it is: %s.", states.get(self.billing_status, "").lower()
            )
        if self._is_in_locked_period():
            return _("It stays as it is: its period is locked.")
        if not values:
            return _("It stays as it is: no rate fits any more.")
        return ""

    @api.model
    def _legal_rerate(self, changes):
        """Write new prices; the one way to change what an approval froze.

        :param dict changes: entry -> values of :meth:`legal.rate._resolve_batch`
        """
        by_values = {}
        for entry, values in changes.items():
            frozen = self._prepare_frozen_values(values)
            by_values.setdefault(tuple(frozen.items()), []).append(entry.id)
        for frozen, ids in by_values.items():
            # sudo: the price is written by nobody's hand; rights were checked
            entries = self.browse(ids).sudo()
            entries.with_context(legal_rerate=RERATE).write(dict(frozen))
