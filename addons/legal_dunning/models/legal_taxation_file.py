from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

LEDGER = "account.group_account_invoice,account.group_account_readonly"
#: what may still be written on a file once it was filed
FROZEN = {
    "matter_id",
    "partner_id",
    "procedure",
    "move_ids",
    "facts",
    "criteria",
    "interest_until",
    "piece_ids",
}


class LegalTaxationFile(models.Model):
    """The bâtonnier's file: what asks for fees to be assessed, and what became of it.

    Made in one click from a matter; a person reads it, chooses the exchanges that go
    with it, and files it. From then on it is kept as it left.
    """

    _name = "legal.taxation.file"
    _description = "Fee Assessment File"
    _inherit = [
        "legal.numbered.mixin",
        "legal.wall.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, copy=False, readonly=True, default="/")
    matter_id = fields.Many2one(
        "legal.matter", index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    partner_id = fields.Many2one(
        "res.partner", "Against", required=True, index=True, ondelete="restrict"
    )
    responsible_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    procedure = fields.Selection(
        [
            ("assessment", "Assessment by the bâtonnier"),
            ("order", "Payment order (injonction de payer)"),
        ],
        required=True,
        default="assessment",
        tracking=True,
        help="Fees, expenses and disbursements owed by a client: the bâtonnier alone."
        " Expenses between professionals and other activities: the ordinary courts.",
    )
    procedure_reason = fields.Char(
        "Why This Court",
        help="Printed in the petition when the claim is not the bâtonnier's.",
    )
    state = fields.Selection(
        [
            ("draft", "In preparation"),
            ("filed", "Filed"),
            ("decided", "Decided"),
            ("closed", "Over"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    bar = fields.Char(
        "Bar or Court",
        compute="_compute_bar",
        store=True,
        readonly=False,
        help="City of the bar, or the court that is asked.",
    )
    move_ids = fields.Many2many(
        "account.move",
        "legal_taxation_file_move_rel",
        "file_id",
        "move_id",
        "Invoices Claimed",
        check_company=True,
        # Their numbers are shown to whoever sees the file, see invoice_numbers.
        groups=LEDGER,
    )
    invoice_numbers = fields.Char(
        "Claims", compute="_compute_invoice_numbers", compute_sudo=True
    )
    facts = fields.Text(help="Printed in the petition. No more than the fees need.")
    criteria = fields.Text(
        "Criteria of Article 10",
        help="Without a signed agreement, the fees are assessed by the client's"
        " wealth, the difficulty, the costs, the standing of the firm and its work.",
    )
    interest_until = fields.Date(
        "Interest until",
        required=True,
        default=lambda self: fields.Date.context_today(self),
    )
    notice_received_on = fields.Date(
        "Formal Notice Received on",
        help="Between professionals interest runs by law; for the others only from the"
        " formal notice.",
    )
    piece_ids = fields.One2many("legal.taxation.piece", "file_id", "Exhibits")
    amount_invoiced = fields.Monetary("Invoiced incl. VAT", readonly=True)
    amount_paid = fields.Monetary("Paid", readonly=True)
    amount_claimed = fields.Monetary("Left to Pay", readonly=True)
    amount_interest = fields.Monetary("Interest Claimed", readonly=True)
    finding_text = fields.Text("What Is Missing", compute="_compute_finding_text")

    # What was made
    pdf_attachment_id = fields.Many2one(
        "ir.attachment", "PDF", readonly=True, copy=False, ondelete="restrict"
    )
    zip_attachment_id = fields.Many2one(
        "ir.attachment", "ZIP", readonly=True, copy=False, ondelete="restrict"
    )
    pdf_sha256 = fields.Char("SHA-256", readonly=True, copy=False)
    made_at = fields.Datetime("Made on", readonly=True, copy=False)
    page_count = fields.Integer("Pages", readonly=True, copy=False)

    # What happened
    referred_on = fields.Date("Filed on", readonly=True, copy=False, tracking=True)
    referral_reference = fields.Char(
        "Proof of Filing",
        copy=False,
        help="Number of the registered letter, or of the receipt.",
    )
    referral_proof_ids = fields.Many2many(
        "ir.attachment",
        "legal_taxation_file_proof_rel",
        "file_id",
        "attachment_id",
        "Receipt",
        copy=False,
    )
    received_on = fields.Date(
        "Received by the Bâtonnier on",
        copy=False,
        tracking=True,
        help="The four months count from it; until it is known, from the filing.",
    )
    extension_months = fields.Integer("Extended by (Months)", copy=False, tracking=True)
    decided_on = fields.Date(copy=False, tracking=True)
    notified_on = fields.Date(copy=False, tracking=True)
    decision_attachment_ids = fields.Many2many(
        "ir.attachment",
        "legal_taxation_file_decision_rel",
        "file_id",
        "attachment_id",
        "Decision",
        copy=False,
    )
    president_seized_on = fields.Date(
        "First President Seized on", copy=False, tracking=True
    )
    appealed_on = fields.Date("Appeal on", copy=False, tracking=True)
    enforceable_on = fields.Date(
        "Made Enforceable on",
        copy=False,
        tracking=True,
        help="Order of the president of the court: before it the decision is no title.",
    )
    outcome = fields.Selection(
        [
            ("granted", "Granted in full"),
            ("partly", "Granted in part"),
            ("rejected", "Rejected"),
            ("settled", "Settled"),
            ("withdrawn", "Withdrawn or lapsed"),
        ],
        copy=False,
        tracking=True,
    )
    amount_taxed = fields.Monetary(
        "Assessed incl. VAT",
        copy=False,
        tracking=True,
        help="What remains to be paid according to the decision.",
    )
    amount_struck = fields.Monetary(
        "Struck Down", compute="_compute_amount_struck", store=True
    )
    credit_move_ids = fields.Many2many(
        "account.move",
        "legal_taxation_file_credit_rel",
        "file_id",
        "move_id",
        "Credit Notes",
        readonly=True,
        copy=False,
        groups=LEDGER,
    )
    event_id = fields.Many2one(
        "legal.prescription.event",
        "Interruption of Prescription",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    _extension_positive = models.Constraint(
        "CHECK (extension_months >= 0)", "An extension is a number of months."
    )
    _one_open = models.UniqueIndex(
        "(matter_id, partner_id, procedure) WHERE state IN ('draft', 'filed')",
        "This matter already has an open file against this client: go on with it.",
    )

    # Computes -----------------------------------------------------------------

    @api.depends("company_id", "procedure")
    def _compute_bar(self):
        for record in self:
            if record.procedure == "assessment":
                record.bar = record.company_id.legal_bar

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name} – {record.partner_id.name}"

    @api.depends("move_ids.name")
    def _compute_invoice_numbers(self):
        for record in self:
            record.invoice_numbers = ", ".join(record.move_ids.mapped("name"))

    @api.depends("outcome", "amount_taxed", "amount_claimed")
    def _compute_amount_struck(self):
        for record in self:
            judged = record.outcome in ("partly", "rejected")
            taxed = record.amount_taxed if record.outcome == "partly" else 0.0
            record.amount_struck = (
                max(record.amount_claimed - taxed, 0.0) if judged else 0.0
            )

    @api.depends("piece_ids", "move_ids", "criteria", "notice_received_on", "state")
    def _compute_finding_text(self):
        for record in self:
            record.finding_text = (
                "\n".join(record._get_findings()) if record.state == "draft" else ""
            )

    # Rights and guards --------------------------------------------------------

    @api.constrains("move_ids", "partner_id")
    def _check_moves(self):
        for record in self:
            # sudo: who the invoices are made out to is known to who files them.
            moves = record.sudo().move_ids
            foreign = moves.filtered(
                lambda m, r=record: (
                    m.commercial_partner_id != r.partner_id.commercial_partner_id
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is not made out to %(payer)s: take it out of the"
                        " file.",
                        invoice=foreign[0].name,
                        payer=record.partner_id.name,
                    )
                )
            if len(moves.currency_id) > 1:
                raise ValidationError(
                    self.env._(
                        "The invoices of %(file)s are in several currencies: make one"
                        " file for each.",
                        file=record.name,
                    )
                )

    def write(self, vals):
        if FROZEN & vals.keys():
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        self._check_draft()

    def _check_draft(self):
        for record in self:
            if record.state != "draft":
                raise UserError(
                    self.env._(
                        "%(file)s was filed on %(day)s and is kept as it left: record"
                        " what follows on its dates, or make a new file.",
                        file=record.name,
                        day=format_date(self.env, record.referred_on),
                    )
                )

    # Making one ---------------------------------------------------------------

    @api.model
    def _open_for(self, moves, matter, partner):
        """Return the open file of a matter against a payer, made if need be."""
        company = matter.company_id or moves[:1].company_id
        found = self.search(
            [
                ("matter_id", "=", matter.id),
                ("partner_id", "=", partner.id),
                ("state", "=", "draft"),
                ("company_id", "=", company.id),
            ],
            limit=1,
        )
        if found:
            return found
        # sudo: currency and numbers of the matter's own invoices.
        currency = moves.sudo().currency_id or company.currency_id
        self.check_access("create")
        # sudo: a lawyer claims the fees of his matters without accounting rights.
        record = self.sudo().create(
            {
                "matter_id": matter.id,
                "company_id": company.id,
                "partner_id": partner.id,
                "currency_id": currency[:1].id,
                "responsible_id": (matter.responsible_id or self.env.user).id,
                "procedure": "assessment" if matter else "order",
                "interest_until": company._get_dunning_today(),
                "move_ids": [Command.set(moves.ids)],
            }
        )
        record._fill_in()
        record._gather()
        record = record.sudo(self.env.su)
        record.check_access("write")
        return record

    def _fill_in(self):
        """Write what is known already: the notice, the facts, the sums."""
        for record in self:
            notice = record._get_notices()[-1:]
            record.notice_received_on = notice.notice_on
            record._refresh_amounts()
            record.facts = record._get_default_facts()
            if not record._get_agreements():
                record.criteria = record._get_default_criteria()

    def _refresh_amounts(self):
        for record in self:
            # sudo: sums of the invoices this file is about.
            moves = record.sudo().move_ids
            record.amount_invoiced = sum(moves.mapped("amount_total"))
            record.amount_claimed = sum(moves.mapped("amount_residual"))
            record.amount_paid = record.amount_invoiced - record.amount_claimed
            record.amount_interest = float(record._get_interest()[0])
