from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date, html2plaintext
from odoo.tools.misc import formatLang

from .account_move_print import format_hours
from .legal_fee_term_mixin import TERM_FIELDS

#: agreement fields a client reads, in the order of the table
FIELDS = (
    "date_from",
    "payment_term_id",
    "invoice_text_policy",
    "client_approves_time",
    "client_time_tacit_days",
    "has_time_rule",
    "time_increment_minutes",
    "time_rounding",
    "time_rounding_scope",
    "send_channel",
    "pay_means",
    "signature_mode",
    "note",
)
TERM_HOURS = ("cap_hours", "included_hours")


class LegalFeeAgreement(models.Model):
    """Two versions side by side: what each says, field by field."""

    _inherit = "legal.fee.agreement"

    comparison_html = fields.Html(
        string="Compared with the version before",
        compute="_compute_comparison_html",
        sanitize=False,
    )

    def _compute_comparison_html(self):
        for agreement in self:
            agreement.comparison_html = agreement.previous_id and (
                agreement._render_comparison(agreement.previous_id)
            )

    def _render_comparison(self, previous):
        return self.env["ir.qweb"]._render(
            "legal_billing.fee_agreement_comparison",
            {
                "rows": self._compare_with(previous),
                "before": previous,
                "after": self,
            },
        )

    def _compare_with(self, previous):
        """Return what two versions say, one row a field.

        :return: [{section, field, before, after, changed, change}] where ``change``
            is ``""``, ``"changed"``, ``"added"`` or ``"removed"`` and the values
            are what a client reads
        """
        self.ensure_one()
        rows = [
            self._prepare_row(
                self.env._("Agreement"),
                self._get_field_words(name),
                previous._say_field(name),
                self._say_field(name),
            )
            for name in FIELDS
        ]
        rows += self._compare_terms(previous)
        rows += self._compare_estimates(previous)
        rows += self._compare_clauses(previous)
        return [row for row in rows if row["before"] or row["after"]]

    def _prepare_row(self, section, name, before, after):
        change = ""
        if before != after:
            change = "changed" if before and after else "added"
            change = "removed" if before and not after else change
        return {
            "section": section,
            "field": name,
            "before": before,
            "after": after,
            "changed": bool(change),
            "change": change,
        }

    def _get_field_words(self, name):
        return self._fields[name]._description_string(self.env)

    def _say_field(self, name):
        self.ensure_one()
        return _say(self, name)

    # -- terms -------------------------------------------------------------------

    def _compare_terms(self, previous):
        rows = []
        before = {term.root_id: term for term in previous.term_ids}
        for term in self.term_ids:
            old = before.pop(term.root_id, term.browse())
            rows += self._compare_parts(term.name, old._say_parts(), term._say_parts())
        for old in before.values():
            rows += self._compare_parts(old.name, old._say_parts(), {})
        return rows

    def _compare_parts(self, section, before, after):
        return [
            self._prepare_row(
                section, label, before.get(label, ""), after.get(label, "")
            )
            for label in {**before, **after}
        ]

    def _compare_estimates(self, previous):
        before, after = previous._say_estimate(), self._say_estimate()
        return self._compare_parts(self.env._("Estimate"), before, after)

    def _compare_clauses(self, previous):
        def words(agreement):
            return {
                clause["title"]: html2plaintext(clause["html"]).strip()
                for clause in agreement._render_clauses()
            }

        rows = self._compare_parts(self.env._("Clauses"), words(previous), words(self))
        # Ten pages that did not change would bury the one that did.
        return [row for row in rows if row["changed"]]


class LegalFeeTerm(models.Model):
    _inherit = "legal.fee.term"

    def _say_parts(self):
        """Return {label: words} of everything this term agrees, empty ones left out."""
        if not self:
            return {}
        self.ensure_one()
        parts = {self.env._("In words"): self.summary or ""}
        for name in (*TERM_FIELDS[self.kind], "starts_on", "ends_on"):
            parts[self._get_field_label(name)] = _say(self, name)
        parts[self._get_field_label("activity_code_ids")] = ", ".join(
            self.activity_code_ids.mapped("name")
        )
        for row in self.rate_ids:
            label = self.env._("Rate: %(scope)s", scope=row._get_scope_label())
            parts[label] = self._say_rate(row.amount)
        for row in self.instalment_ids:
            parts[self.env._("Instalment: %(name)s", name=row.name)] = row._say()
        return {label: words for label, words in parts.items() if words}


class LegalFeeInstalment(models.Model):
    _inherit = "legal.fee.instalment"

    def _say(self):
        """Return one instalment in words: 1 500 €, on 15 June 2026."""
        self.ensure_one()
        amount = self.term_id._say_money(self.amount)
        if self.trigger == "milestone":
            when = self.milestone_id.name or self._get_trigger_words()
        elif self.trigger == "date" and self.due_on:
            when = format_date(self.env, self.due_on)
        else:
            when = self._get_trigger_words()
        return f"{amount}, {when}"

    def _get_trigger_words(self):
        return dict(self._fields["trigger"]._description_selection(self.env))[
            self.trigger
        ].lower()


def _say(record, name):
    """Return a value as a client reads it; nothing and zero are empty words."""
    field, value = record._fields[name], record[name]
    if not value:
        return ""
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, value)
    if field.type == "many2one":
        return value.display_name
    if field.type == "date":
        return format_date(record.env, value)
    if field.type == "boolean":
        return record.env._("Yes")
    if field.type == "monetary":
        return record.currency_id.format(value)
    if name in TERM_HOURS:
        return format_hours(value)
    if field.type == "float":
        return formatLang(record.env, value, digits=2)
    if field.type == "html":
        return html2plaintext(Markup(value)).strip()
    return str(value)
