import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: journals that record what was sold and received (CGI, art. 286, I, 3° bis)
SEALED_TYPES = ("sale", "bank", "cash")


class ResCompany(models.Model):
    """Posted entries of a French firm are sealed: chained by a hash, each one with the
    one before, so that a change shows and is refused.

    Odoo's own chain and audit trail, switched on together, for good, when the first
    invoice of the firm is posted here.
    """

    _inherit = "res.company"

    legal_seals_entries = fields.Boolean(
        string="Seal posted entries",
        default=True,
        help="Entries of sales, bank, cash and VAT on receipts can no longer be changed"
        " or deleted once posted: they are corrected by a credit note. It begins with"
        " the first invoice and cannot be taken back (CGI, art. 286, I, 3° bis).",
    )
    legal_sealed_on = fields.Date(string="Sealed since", readonly=True, copy=False)

    @api.depends("legal_sealed_on")
    def _compute_force_restrictive_audit_trail(self):
        super()._compute_force_restrictive_audit_trail()
        self.filtered("legal_sealed_on").force_restrictive_audit_trail = True

    @api.constrains("legal_seals_entries", "legal_sealed_on")
    def _check_seal_stays(self):
        for company in self:
            if company.legal_sealed_on and not company.legal_seals_entries:
                raise ValidationError(
                    self.env._(
                        "The entries of %(firm)s are sealed since %(date)s and stay so:"
                        " correct them by credit notes.",
                        firm=company.name,
                        date=company.legal_sealed_on,
                    )
                )

    def _legal_must_seal(self):
        self.ensure_one()
        return (
            self.chart_template == "fr"
            and self.legal_seals_entries
            and not self.legal_sealed_on
        )

    def _legal_get_sealed_journals(self):
        """Return the journals whose entries are sealed."""
        self.ensure_one()
        journals = self.env["account.journal"].search(
            [
                ("type", "in", SEALED_TYPES),
                *self.env["account.journal"]._check_company_domain(self),
            ]
        )
        return journals | self.tax_cash_basis_journal_id

    def action_legal_seal(self):
        """Seal now, instead of with the next invoice."""
        self.check_access("write")
        if not self.env.user.has_group("account.group_account_manager"):
            raise UserError(
                self.env._(
                    "Sealing the entries of %(firm)s is for its accountants: ask one"
                    " of them.",
                    firm=self[:1].name,
                )
            )
        self.filtered(lambda company: company._legal_must_seal())._legal_seal()

    def _legal_seal(self):
        """Switch the seals on, and seal what was posted before.

        Of a sequence with a hole, which no chain can bridge, what follows the last
        hole is sealed.
        """
        for company in self:
            # sudo: the first invoice seals, whoever posts it; nothing is read.
            company_sudo = company.sudo()
            journals = company_sudo._legal_get_sealed_journals()
            journals.filtered(
                lambda journal: not journal.restrict_mode_hash_table
            ).restrict_mode_hash_table = True
            company_sudo.write(
                {
                    "restrictive_audit_trail": True,
                    "legal_sealed_on": fields.Date.context_today(company),
                }
            )
            journals._legal_seal_history()


class AccountJournal(models.Model):
    _inherit = "account.journal"

    @api.model_create_multi
    def create(self, vals_list):
        """Seal the new journals of a firm whose entries are sealed."""
        journals = super().create(vals_list)
        journals.filtered(
            lambda journal: (
                journal.type in SEALED_TYPES and journal.company_id.legal_sealed_on
            )
        ).restrict_mode_hash_table = True
        return journals

    def _legal_seal_history(self):
        """Seal what these journals hold, each sequence as far as it can be."""
        Move = self.env["account.move"].sudo()
        chains = Move._read_group(
            [
                ("journal_id", "in", self.ids),
                ("state", "=", "posted"),
                ("inalterable_hash", "=", False),
                ("sequence_prefix", "!=", False),
            ],
            ["journal_id", "sequence_prefix"],
        )
        for journal, prefix in chains:
            domain = Domain(
                [
                    ("journal_id", "=", journal.id),
                    ("sequence_prefix", "=", prefix),
                    ("state", "=", "posted"),
                ]
            )
            Move.search(domain, order="sequence_number")._legal_seal_sequence()

    @api.model
    def _legal_cron_seal(self):
        """Seal the bank entries that were matched since they were posted."""
        companies = self.env["res.company"].search([("legal_sealed_on", "!=", False)])
        for company in companies:
            company._legal_get_sealed_journals()._legal_seal_history()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_seals_entries = fields.Boolean(
        related="company_id.legal_seals_entries", readonly=False
    )
    legal_sealed_on = fields.Date(related="company_id.legal_sealed_on")

    def action_legal_seal(self):
        self.company_id.action_legal_seal()
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_legal_check_seals(self):
        """Print Odoo's report on the chains, which tells any change."""
        return self.company_id._action_check_hash_integrity()
