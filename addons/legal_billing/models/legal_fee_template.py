from odoo import Command, api, fields, models
from odoo.fields import Domain

from odoo.addons.legal_timesheet.models.res_partner import CLIENT_KINDS

from .text_policy import TEXT_POLICIES


class LegalFeeTemplate(models.Model):
    """A ready-made fee agreement: its terms, clauses, estimate and payment.

    It holds nothing of any matter, so that everybody in the firm may start from it.
    """

    _name = "legal.fee.template"
    _description = "Fee Agreement Template"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: of every company."
    )
    practice_area_ids = fields.Many2many(
        "legal.practice.area",
        string="Practice areas",
        help="Where it is proposed. Empty: everywhere.",
    )
    client_kind = fields.Selection(
        CLIENT_KINDS,
        string="For",
        help="Kind of client it is proposed for. Empty: all.",
    )
    description = fields.Char(string="When to use it")
    payment_term_id = fields.Many2one("account.payment.term", check_company=True)
    invoice_text_policy = fields.Selection(
        TEXT_POLICIES,
        default="detailed",
        required=True,
    )
    note = fields.Html(string="Wording")
    term_ids = fields.One2many("legal.fee.template.term", "template_id", copy=True)
    clause_ids = fields.Many2many(
        "legal.fee.clause",
        string="More clauses",
        check_company=True,
        help="Beside those the library puts into every agreement that needs them.",
    )
    estimate_line_ids = fields.One2many(
        "legal.fee.estimate.line", "template_id", string="Estimate", copy=True
    )
    summary = fields.Char(compute="_compute_summary")

    @api.depends("term_ids.summary", "term_ids.name")
    def _compute_summary(self):
        for template in self:
            template.summary = " ; ".join(
                f"{term.name} : {term.summary}" for term in template.term_ids
            )

    @api.model
    def _find(self, company, practice, client_kind):
        """Return the templates to propose, the closest first."""
        templates = self.search(
            Domain("company_id", "in", [False, company.id])
            & Domain("client_kind", "in", [False, client_kind])
            & (
                Domain("practice_area_ids", "=", False)
                | Domain("practice_area_ids", "in", practice.ids)
            )
        )
        return templates.sorted(
            lambda t: (
                practice not in t.practice_area_ids,
                t.client_kind != client_kind,
                t.sequence,
                t.id,
            )
        )

    # -- to and from an agreement --------------------------------------------------

    def _prepare_agreement(self, matter):
        """Return the values of a draft agreement of a matter, made from this."""
        self.ensure_one()
        payment = self.payment_term_id
        client = matter.partner_id.with_company(matter.company_id)
        return {
            "matter_id": matter.id,
            "template_id": self.id,
            "payment_term_id": (payment or client.property_payment_term_id).id,
            "invoice_text_policy": client.commercial_partner_id.legal_text_policy
            or self.invoice_text_policy,
            "note": self.note,
            "term_ids": [
                Command.create(term._prepare_term(matter)) for term in self.term_ids
            ],
            "estimate_line_ids": [
                Command.create(line._prepare_copy()) for line in self.estimate_line_ids
            ],
        }

    def _create_agreement(self, matter, **values):
        """Return a draft agreement of a matter, its clauses chosen."""
        agreement = self.env["legal.fee.agreement"].create(
            {**self._prepare_agreement(matter), **values}
        )
        agreement._fill_clauses()
        return agreement


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    template_id = fields.Many2one(
        "legal.fee.template",
        string="Made from",
        copy=False,
        check_company=True,
        domain="[('company_id', 'in', [False, company_id]),"
        " ('client_kind', 'in', [False, client_kind])]",
    )

    def action_apply_template(self):
        """Replace the terms, estimate and clauses of a draft by its template's."""
        for agreement in self:
            agreement.check_access("write")
            agreement._check_is_draft()
            if not agreement.template_id:
                continue
            agreement.clause_ids.unlink()
            agreement.estimate_line_ids.unlink()
            agreement.term_ids.unlink()
            values = agreement.template_id._prepare_agreement(agreement.matter_id)
            agreement.write(values)
            agreement._fill_clauses()

    def action_keep_as_template(self):
        """Make a template of this agreement and open it, to be checked.

        Ways of charging and the firm's own clauses only: what was written for this
        client alone, dates and names, stays behind the wall.
        """
        self.ensure_one()
        self.check_access("read")
        template = self.env["legal.fee.template"].create(self._prepare_template())
        return {
            "type": "ir.actions.act_window",
            "res_model": template._name,
            "res_id": template.id,
            "views": [(False, "form")],
        }

    def _prepare_template(self):
        standard = self.env["legal.fee.clause"]._get_for(self)
        kinds = dict(self.term_ids._fields["kind"]._description_selection(self.env))
        names = [kinds[kind] for kind in dict.fromkeys(self.term_ids.mapped("kind"))]
        return {
            "name": " + ".join(names) or self.env._("New template"),
            "company_id": self.company_id.id,
            "practice_area_ids": [Command.set(self.matter_id.practice_area_id.ids)],
            "client_kind": self.client_kind,
            "payment_term_id": self.payment_term_id.id,
            "invoice_text_policy": self.invoice_text_policy,
            "term_ids": [
                Command.create(term._prepare_template_term()) for term in self.term_ids
            ],
            "clause_ids": [Command.set((self.clause_ids.clause_id - standard).ids)],
            "estimate_line_ids": [
                Command.create(
                    {
                        **line._prepare_copy(),
                        "name": line.grade_id.name or self.env._("Lump sum"),
                    }
                )
                for line in self.estimate_line_ids
            ],
        }
