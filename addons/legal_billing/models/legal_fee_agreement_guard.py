from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .legal_fee_clause import read_placeholders

#: ways of charging that pay for work, whatever comes of it
BASE_KINDS = ("hourly", "fixed", "subscription", "minimum")
AID_ACTIVITY = "legal_billing.mail_activity_legal_aid_copy"
PAYMENT_ACTIVITY = "legal_billing.mail_activity_no_payment_yet"


class LegalFeeAgreement(models.Model):
    """What the law refuses, what an agreement must say, and what deserves a look.

    Refusals stop sending and signing. What is missing is named, and stops them where
    the firm chose so. Warnings stop nothing.
    """

    _inherit = "legal.fee.agreement"

    guard_html = fields.Html(
        string="To mend before it is sent", compute="_compute_guards", sanitize=False
    )
    guard_count = fields.Integer(compute="_compute_guards")
    is_ready = fields.Boolean(
        string="Ready to be signed",
        compute="_compute_guards",
        help="Nothing refuses it and nothing mandatory is missing.",
    )

    lacks_clauses = fields.Boolean(compute="_compute_guards")

    def _compute_guards(self):
        for agreement in self:
            if agreement.state != "draft" or not agreement.matter_id:
                agreement.guard_html = False
                agreement.guard_count = 0
                agreement.is_ready = agreement.lacks_clauses = False
                continue
            refusals = agreement._get_refusals()
            missing = agreement._get_missing_content()
            agreement.guard_count = len(refusals) + len(missing)
            agreement.is_ready = not agreement.guard_count
            agreement.lacks_clauses = any(row["clause"] for row in missing)
            agreement.guard_html = self.env["ir.qweb"]._render(
                "legal_billing.fee_agreement_guards",
                {
                    "refusals": refusals,
                    "missing": [row for row in missing if not row["clause"]],
                    "clauses": [row["clause"] for row in missing if row["clause"]],
                    "warnings": agreement._get_warnings(),
                },
            )

    # -- checks ------------------------------------------------------------------

    def _check_can_be_sent(self):
        """Refuse to send an agreement that the client could not sign.

        :raise UserError: one sentence
        """
        for agreement in self:
            agreement._check_can_be_signed()

    def _check_can_be_signed(self):
        super()._check_can_be_signed()
        self._check_start()
        self._check_overlap()
        refusals = self._get_legal_refusals()
        if not refusals and self.company_id.legal_agreement_content == "refuse":
            refusals = [row["sentence"] for row in self._get_missing_content()]
        if refusals:
            raise UserError(refusals[0])

    def _get_refusals(self):
        """Return every sentence that stops this agreement from being signed."""
        self.ensure_one()
        refusals = []
        for check in (
            super()._check_can_be_signed,
            self._check_start,
            self._check_overlap,
        ):
            try:
                check()
            except UserError as error:
                refusals.append(str(error))
        return refusals + self._get_legal_refusals()

    def _get_legal_refusals(self):
        self.ensure_one()
        _ = self.env._
        name, terms, matter = self.display_name, self.term_ids, self.matter_id
        kinds = set(terms.mapped("kind"))
        refusals = []
        if "success" in kinds and not any(term._pays_work() for term in terms):
            refusals.append(
                _(
                    "%(agreement)s charges by the result alone, which the law forbids"
                    " (law 71-1130, art. 10): add a fee for the work itself.",
                    agreement=name,
                )
            )
        fees = kinds - {"expense"}
        if matter.legal_aid == "full" and fees:
            refusals.append(
                _(
                    "%(matter)s has full legal aid: the client cannot be charged a fee,"
                    " remove the terms of %(agreement)s other than expenses.",
                    matter=matter._neutral_label(),
                    agreement=name,
                )
            )
        if (
            matter.legal_aid == "partial"
            and "success" in kinds
            and not self._has_clause("aid_withdrawn")
        ):
            refusals.append(
                _(
                    "%(matter)s has legal aid: %(agreement)s may hold a success fee"
                    " only with the clause for legal aid withdrawn, add it.",
                    matter=matter._neutral_label(),
                    agreement=name,
                )
            )
        return refusals

    def _has_clause(self, code):
        return code in self.clause_ids.clause_id.mapped("code")

    # -- mandatory content ---------------------------------------------------------

    def _get_missing_content(self):
        """Return what the law wants in this agreement and is not there.

        :return: [{"sentence", "field", "url", "clause"}]: the field of the agreement
            to mend, or the page of the record to mend; the title of a clause to add
        """
        self.ensure_one()
        missing = self._get_missing_fields()
        missing += self._get_missing_clauses()
        return missing

    def _prepare_missing(self, sentence, field=None, record=None, clause=None):
        url = f"/odoo/{record._name}/{record.id}" if record else None
        return {"sentence": sentence, "field": field, "url": url, "clause": clause}

    def _get_missing_fields(self):
        _ = self.env._
        matter, company, client = self.matter_id, self.company_id, self.partner_id
        rows = []
        if not client:
            rows.append((_("The matter has no client."), "partner_id", matter))
        elif not (client.street and client.city):
            rows.append((_("The client has no postal address."), "partner_id", client))
        if not company.legal_bar:
            sentence = _("The firm's bar is not filled in.")
            rows.append((sentence, "company_id", company))
        if not (company.street and company.city):
            sentence = _("The firm has no postal address.")
            rows.append((sentence, "company_id", company))
        if not self.payment_term_id:
            sentence = _("The payment terms are not chosen.")
            rows.append((sentence, "payment_term_id", None))
        if not self.estimate_amount and self._needs_estimate():
            rows.append(
                (
                    _(
                        "The client is told no estimate, though the hours are not a"
                        " fixed fee."
                    ),
                    "estimate_line_ids",
                    None,
                )
            )
        if matter.legal_aid == "partial" and not matter.legal_aid_share:
            sentence = _("The share paid by the State is not named on the matter.")
            rows.append((sentence, "legal_aid_share", matter))
        rates = self._get_grades_without_rate()
        if rates:
            sentence = _("No hourly rate is known for %s.", rates)
            rows.append((sentence, "term_ids", None))
        return [self._prepare_missing(*row) for row in rows]

    def _needs_estimate(self):
        """Tell whether only an estimate says what foreseeable work will cost."""
        hourly = self.term_ids.filtered(lambda term: term.kind == "hourly")
        return bool(hourly) and not all(t.cap_amount for t in hourly)

    def _get_grades_without_rate(self):
        grades = self.estimate_line_ids.filtered("hours_high").filtered(
            lambda line: not line.rate
        )
        return ", ".join(grades.grade_id.mapped("name"))

    def _get_missing_clauses(self):
        """Return the mandatory clauses that lack, and those that have a hole."""
        _ = self.env._
        wanted = self.env["legal.fee.clause"]._get_for(self)
        wanted = wanted.filtered("is_mandatory")
        here = self.clause_ids.clause_id
        codes = set(filter(None, here.mapped("code")))
        missing = [
            self._prepare_missing(
                _("The clause “%s” is missing.", clause.title),
                "clause_ids",
                clause=clause.title,
            )
            for clause in wanted
            if clause not in here and clause.code not in codes
        ]
        values = self._get_clause_values()
        for clause in self.clause_ids:
            holes = clause._get_holes(values)
            if holes:
                missing.append(
                    self._prepare_missing(
                        _(
                            "The clause “%(title)s” has nothing to put for %(names)s.",
                            title=clause.title,
                            names=", ".join(f"{{{name}}}" for name in holes),
                        ),
                        "clause_ids",
                    )
                )
        return missing

    # -- warnings ------------------------------------------------------------------

    def _get_warnings(self):
        """Return sentences that deserve a look and stop nothing."""
        self.ensure_one()
        _ = self.env._
        warnings = []
        consumer = self.matter_id.client_kind == "consumer"
        ending = self.clause_ids.filtered(
            lambda c: c.clause_id.code == "termination" and c.is_changed
        )
        if consumer and ending:
            warnings.append(
                _(
                    "The termination clause was changed: one that charges only a"
                    " consumer who leaves is unfair and counts as unwritten."
                )
            )
        if self.pay_means == "carpa" and not self._has_clause("carpa_consent"):
            warnings.append(
                _(
                    "Paying from the CARPA account needs the client's written consent:"
                    " add that clause."
                )
            )
        if self._has_withdrawal() and not self.has_early_start_request:
            warnings.append(
                _(
                    "The client may withdraw for fourteen days and did not ask for the"
                    " work to start at once: work of these days cannot be billed."
                )
            )
        if self.matter_id.legal_aid == "full":
            warnings.append(_("Under full legal aid no agreement on fees is needed."))
        return warnings

    # -- once it is signed -----------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "signed" and not self.env.context.get("legal_preview"):
            for agreement in self:
                agreement._leave_signature_tasks()
        return result

    def _leave_signature_tasks(self):
        """Leave the responsible what the signature makes due, with its day."""
        self.ensure_one()
        signed = self.signed_on or fields.Date.context_today(self)
        matter = self.matter_id
        if matter.legal_aid == "partial":
            days = self.env["legal.parameter"]._get_decimal(
                "legal_aid_bar_days", signed
            )
            self._leave_task(
                AID_ACTIVITY,
                signed + timedelta(days=int(days)),
                self.env._(
                    "Send %(agreement)s to the bâtonnier, on pain of nullity",
                    agreement=self.name,
                ),
            )
        if self.payable_from:
            self._leave_task(
                PAYMENT_ACTIVITY,
                self.payable_from,
                self.env._(
                    "No payment may be taken before %(day)s",
                    day=format_date(self.env, self.payable_from),
                ),
            )
        missing = self._get_missing_content()
        if missing:
            self.message_post(
                body=Markup("<p>%s</p><ul>%s</ul>")
                % (
                    self.env._("Signed although this is missing:"),
                    Markup().join(
                        Markup("<li>%s</li>") % row["sentence"] for row in missing
                    ),
                )
            )

    def _leave_task(self, xmlid, day, summary):
        # sudo: the client's own signature leaves it; the responsible is let in.
        self.sudo().activity_schedule(
            xmlid,
            date_deadline=day,
            summary=summary,
            user_id=self.matter_id.sudo().responsible_id.id,
        )


class LegalFeeTerm(models.Model):
    _inherit = "legal.fee.term"

    def _pays_work(self):
        """Tell whether this term pays for work whatever comes of it."""
        self.ensure_one()
        return self.kind in BASE_KINDS and not (
            self.kind == "hourly" and self.discount_percent >= 100
        )


class LegalFeeAgreementClause(models.Model):
    _inherit = "legal.fee.agreement.clause"

    @api.model
    def _get_optional_names(self):
        """Return the names that may be empty, or whose lack has a sentence already."""
        return {
            "practice",
            "bar",
            "estimate",
            "payment_terms",
            "client_address",
            "firm_address",
            "legal_aid_share",
        }

    def _get_holes(self, values):
        self.ensure_one()
        names = read_placeholders(self.body) - self._get_optional_names()
        return sorted(name for name in names if not values.get(name))
