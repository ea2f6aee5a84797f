from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LegalFeeAgreementClause(models.Model):
    """A clause as it stands in one agreement: the library's, or changed by hand."""

    _name = "legal.fee.agreement.clause"
    _description = "Clause of an Agreement"
    _order = "sequence, id"
    _rec_name = "title"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "legal.fee.agreement", required=True, index=True, ondelete="cascade"
    )
    matter_id = fields.Many2one(
        related="agreement_id.matter_id", store=True, index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    clause_id = fields.Many2one(
        "legal.fee.clause", string="From the library", index=True, check_company=True
    )
    sequence = fields.Integer(default=10)
    title = fields.Char(
        compute="_compute_text", store=True, readonly=False, precompute=True
    )
    body = fields.Text(
        compute="_compute_text", store=True, readonly=False, precompute=True
    )
    is_changed = fields.Boolean(
        compute="_compute_is_changed", help="Differs from the library's wording."
    )
    is_mandatory = fields.Boolean(related="clause_id.is_mandatory")
    text_html = fields.Html(
        string="As read", compute="_compute_text_html", sanitize=False
    )

    @api.depends("clause_id")
    def _compute_text(self):
        for clause in self:
            clause.title = clause.title or clause.clause_id.title
            clause.body = clause.body or clause.clause_id.body

    @api.depends("title", "body", "clause_id.title", "clause_id.body")
    def _compute_is_changed(self):
        for clause in self:
            library = clause.clause_id
            clause.is_changed = not library or (
                (clause.title, clause.body) != (library.title, library.body)
            )

    @api.depends("body", "agreement_id")
    def _compute_text_html(self):
        for agreement, clauses in self.grouped("agreement_id").items():
            values = agreement._get_clause_values()
            for clause in clauses:
                clause.text_html = agreement._render_clause(clause.body, values)

    @api.constrains("title", "body")
    def _check_body(self):
        for clause in self:
            if not (clause.title or "").strip() or not (clause.body or "").strip():
                raise ValidationError(
                    self.env._(
                        "A clause of %(agreement)s is empty: give it a title and a"
                        " text, or remove it.",
                        agreement=clause.agreement_id.display_name,
                    )
                )
            self.env["legal.fee.clause"]._check_placeholders(clause.title, clause.body)

    # -- what was signed stays ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        clauses = super().create(vals_list)
        clauses._check_not_sent()
        return clauses

    def write(self, vals):
        if {"title", "body", "sequence", "clause_id", "agreement_id"} & vals.keys():
            self._check_not_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_not_sent()

    def _check_not_sent(self):
        for agreement in self.agreement_id:
            if agreement.state != "draft":
                raise ValidationError(
                    self.env._(
                        "The clauses of %(agreement)s are what the client reads or"
                        " signed: change them by an amendment.",
                        agreement=agreement.display_name,
                    )
                )

    def action_restore(self):
        """Take the library's wording back."""
        self.check_access("write")
        for clause in self.filtered("clause_id"):
            clause.write(
                {"title": clause.clause_id.title, "body": clause.clause_id.body}
            )

    def _split_at(self, name):
        """Return the text before and after the line that holds a name alone.

        Without such a line all of it comes before.
        """
        self.ensure_one()
        lines = (self.body or "").replace("\r\n", "\n").split("\n")
        for rank, line in enumerate(lines):
            if line.strip().lstrip("-–").strip() == f"{{{name}}}":
                return "\n".join(lines[:rank]), "\n".join(lines[rank + 1 :])
        return self.body or "", ""

    def _prepare_copy(self):
        self.ensure_one()
        return {
            "clause_id": self.clause_id.id,
            "sequence": self.sequence,
            "title": self.title,
            "body": self.body,
        }
