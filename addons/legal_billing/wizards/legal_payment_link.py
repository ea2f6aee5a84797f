from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount


class LegalPaymentLink(models.TransientModel):
    """A link by which one payer pays a given sum: what is due, or a provision.

    No link asks for more than is due. One link opens the payer's page with what was
    chosen ticked; a sum over several invoices is laid on the oldest first, and each
    has a link of its own too.
    """

    _name = "legal.payment.link"
    _description = "Payment Link"

    matter_id = fields.Many2one("legal.matter", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    payer_ids = fields.Many2many("res.partner", compute="_compute_payer_ids")
    partner_id = fields.Many2one(
        "res.partner",
        string="Who pays",
        domain="[('id', 'in', payer_ids)]",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
    )
    open_move_ids = fields.Many2many(
        "account.move",
        string="Open Invoices",
        compute="_compute_open_move_ids",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    move_ids = fields.Many2many(
        "account.move",
        "legal_payment_link_move_rel",
        "link_id",
        "move_id",
        string="Invoices",
        domain="[('id', 'in', open_move_ids)]",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Those the link ticks; none chosen: all that is open.",
    )
    amount_due = fields.Monetary(string="Due today", compute="_compute_amount_due")
    page_url = fields.Char(
        "Link to Their Page",
        compute="_compute_page_url",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="One link for all of it. Whoever has it sees what this payer has to pay"
        " and paid, and nothing of the matters.",
    )
    kind = fields.Selection(
        [("invoice", "What is due"), ("provision", "A provision on work to come")],
        string="It is for",
        compute="_compute_kind",
        store=True,
        readonly=False,
    )
    amount = fields.Monetary(
        string="Amount incl. VAT",
        compute="_compute_amount",
        store=True,
        readonly=False,
    )
    text = fields.Text(
        string="Your words",
        help="On the e-mail; for a provision, what it is for.",
    )
    warning = fields.Char(compute="_compute_warning")
    line_ids = fields.One2many(
        "legal.payment.link.line", "link_id", compute="_compute_line_ids", store=True
    )
    provision_id = fields.Many2one("legal.provision", readonly=True)
    provision_url = fields.Char(string="Link", readonly=True)

    # -- who, and how much --------

    @api.depends("matter_id", "client_id")
    def _compute_payer_ids(self):
        today = fields.Date.context_today(self)
        for link in self:
            payers = link.matter_id._get_payers_on(today) if link.matter_id else None
            found = link.matter_id.partner_id | link.client_id
            if payers:
                found |= payers.partner_id
            # Whoever still owes something pays it, payer in force or not.
            moves = link._get_moves(with_partner=False)
            link.payer_ids = found | moves.partner_id.sudo(False)

    @api.depends("payer_ids")
    def _compute_partner_id(self):
        for link in self:
            if link.partner_id not in link.payer_ids:
                owing = link._get_moves(with_partner=False).partner_id[:1]
                link.partner_id = (
                    owing or link.client_id or link.matter_id.partner_id
                ).sudo(False)

    @api.depends("partner_id")
    def _compute_open_move_ids(self):
        for link in self:
            link.open_move_ids = link._get_moves().sudo(False)

    @api.depends("partner_id", "move_ids")
    def _compute_amount_due(self):
        for link in self:
            link.amount_due = sum(link._get_chosen_moves().mapped("amount_residual"))

    @api.depends("line_ids")
    def _compute_page_url(self):
        Link = self.env["legal.client.link"]
        for link in self:
            if not link.line_ids or not link.partner_id:
                link.page_url = False
                continue
            # as a printed one: it may be passed on, so it tells nothing of the matters
            own = Link._get_for(
                link.partner_id, link.company_id, link.partner_id, kind="paper"
            )
            link.page_url = f"{own._get_url()}{link._get_choice_query()}"

    def _get_choice_query(self):
        """Return what the payer's page ticks, and how much of it when not all."""
        self.ensure_one()
        moves = self._get_moves_of_lines()
        is_part = self.currency_id.compare_amounts(
            self.amount, sum(moves.mapped("amount_residual"))
        )
        return self.env["legal.client.link"]._get_choice_query(
            moves, self.amount if is_part else 0.0
        )

    def _get_chosen_moves(self):
        """Return the open invoices that were chosen, elevated; none chosen: all."""
        moves = self._get_moves()
        # sudo: compared with what is open; chosen by those who read the ledger
        chosen = self.sudo().move_ids
        return moves & chosen.browse(chosen._origin.ids) if chosen else moves

    def _get_moves_of_lines(self):
        numbers = self.line_ids.mapped("move_number")
        return self._get_moves().filtered(lambda move: move.name in numbers)

    @api.depends("amount_due")
    def _compute_kind(self):
        for link in self:
            is_due = link.currency_id.compare_amounts(link.amount_due, 0.0) > 0
            link.kind = "invoice" if is_due or not link.matter_id else "provision"

    @api.depends("kind", "amount_due")
    def _compute_amount(self):
        for link in self:
            link.amount = link.amount_due if link.kind == "invoice" else 0.0

    def _get_moves(self, with_partner=True):
        """Return what is open and may be paid online, oldest first, elevated."""
        self.ensure_one()
        partners = self.partner_id if with_partner else self.client_id
        domain = [
            ("is_legal", "=", True),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("company_id", "=", self.company_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("amount_residual", ">", 0),
        ]
        if self.matter_id:
            domain.append(("matter_ids", "in", self.matter_id.ids))
        if partners:
            domain.append(
                ("commercial_partner_id", "=", partners.commercial_partner_id.id)
            )
        elif not self.matter_id or with_partner:
            return self.env["account.move"].sudo()
        # sudo: what is due on a matter the user may read, see _check_reader.
        moves = (
            self.env["account.move"]
            .sudo()
            .search(domain, order="invoice_date_due, invoice_date, id")
        )
        if not self.env["account.move"].has_access("read"):
            # The page of an invoice tells of all its matters: none behind a wall.
            matters = moves.matter_ids.sudo(False).with_env(self.env)
            seen = matters._filtered_access("read")
            moves = moves.filtered(lambda move: move.matter_ids.sudo(False) <= seen)
        running = moves.filtered(lambda m: m._legal_get_running_transactions())
        return moves - running

    @api.depends("amount", "kind", "amount_due", "partner_id")
    def _compute_warning(self):
        for link in self:
            link.warning = link._get_refusal()

    def _get_refusal(self):
        """Return why no link can be made of these figures, or nothing."""
        self.ensure_one()
        _ = self.env._
        compare = self.currency_id.compare_amounts
        if self.kind == "invoice" and compare(self.amount_due, 0.0) <= 0:
            return _(
                "%(payer)s owes nothing today: ask for a provision instead.",
                payer=self.partner_id.name or "",
            )
        if compare(self.amount, 0.0) <= 0:
            return _("Enter how much the link asks for.")
        if self.kind == "invoice" and compare(self.amount, self.amount_due) > 0:
            return _(
                "%(payer)s owes %(due)s, and a link never asks for more: enter"
                " %(due)s at most, or ask for the rest as a provision.",
                payer=self.partner_id.name,
                due=format_amount(self.env, self.amount_due, self.currency_id),
            )
        if self.kind == "provision" and not self.matter_id:
            return _("A provision is asked on a matter: open the matter and ask there.")
        return False

    @api.depends("amount", "kind", "partner_id", "move_ids")
    def _compute_line_ids(self):
        for link in self:
            link.line_ids = [(5,)] + [
                (0, 0, values) for values in link._prepare_lines()
            ]

    def _prepare_lines(self):
        """Return the values of the links, the oldest invoice first."""
        self.ensure_one()
        if self.kind != "invoice" or self._get_refusal():
            return []
        left, lines = self.amount, []
        for move in self._get_chosen_moves():
            part = min(left, move.amount_residual)
            if self.currency_id.compare_amounts(part, 0.0) <= 0:
                break
            lines.append(
                {
                    "move_number": move.name,
                    "due_on": move.invoice_date_due,
                    "amount": part,
                    "url": self._get_url(move, part),
                }
            )
            left = self.currency_id.round(left - part)
        return lines

    def _get_url(self, move, amount):
        """Return the signed link for a part of an invoice, as the stock makes it."""
        move._portal_ensure_token()
        wizard = (
            self.env["payment.link.wizard"]
            # sudo: a lawyer without accounting rights asks for what his matter is owed.
            .sudo()
            .with_context(active_model="account.move", active_id=move.id)
        )
        return wizard.create({"amount": amount}).link.replace("//my/", "/my/")

    # -- rights --------

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        links._check_reader()
        return links

    def _check_reader(self):
        """Let in those who may see the matter, or read the firm's ledger."""
        for link in self:
            if link.matter_id:
                link.matter_id.check_access("read")
            elif not self.env["account.move"].has_access("read"):
                raise AccessError(
                    self.env._(
                        "A payment link of a client's whole account is made by"
                        " accounting: open one of your matters and make it there."
                    )
                )

    def _check_ready(self):
        self.ensure_one()
        self._check_reader()
        if sentence := self._get_refusal():
            raise UserError(sentence)
        if not self.env["account.move"].sudo()._legal_is_online_payment_open():
            raise UserError(
                self.env._(
                    "The firm takes no online payment: switch it on under Accounting ›"
                    " Settings › Customer Payments."
                )
            )

    # -- what one does --------

    def action_make_provision(self):
        """Make the request and its link; it then counts as handed over."""
        self._check_ready()
        provision = self._make_provision()
        provision.action_mark_requested()
        provision._portal_ensure_token()
        self.write(
            {
                "provision_id": provision.id,
                "provision_url": provision.get_base_url() + provision.get_portal_url(),
            }
        )
        return self._reopen()

    def action_send(self):
        """Open the e-mail with the link; sending is one more click."""
        self._check_ready()
        if self.kind == "provision":
            return (self.provision_id or self._make_provision()).action_send()
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "%(payer)s has no e-mail: enter it, or copy the link.",
                    payer=self.partner_id.display_name,
                )
            )
        moves = self._get_moves_of_lines()
        record = moves[:1].sudo(False)
        if not record.has_access("write"):
            record = self.matter_id
        words = self.with_context(lang=self.partner_id.lang or self.env.lang)
        body = words.env["ir.qweb"]._render(
            "legal_billing.payment_link_message",
            {
                "payer": self.partner_id.name,
                "text": self.text or "",
                "numbers": ", ".join(moves.mapped("name")),
                "label": words.env._(
                    "Pay %(amount)s",
                    amount=format_amount(words.env, self.amount, self.currency_id),
                ),
                # its key is put in as the e-mail leaves, for the payer's own people
                "url": self.env["legal.client.link"]._get_mail_url(
                    self.company_id, self.partner_id, query=self._get_choice_query()
                ),
                "color": self.company_id.legal_accent_color or "#1f3a5f",
                "firm": self.company_id.name,
                "person": self.env.user.name,
            },
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "name": self.env._("Send the payment link"),
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": record._name,
                "default_res_ids": record.ids,
                "default_partner_ids": self.partner_id.ids,
                "default_subject": words.env._(
                    "%(firm)s: your payment", firm=self.company_id.name
                ),
                "default_body": body,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    def _make_provision(self):
        """Return the request for the sum, VAT taken out of it."""
        self.ensure_one()
        Provision = self.env["legal.provision"]
        values = {
            "matter_id": self.matter_id.id,
            "partner_id": self.partner_id.id,
            "amount_untaxed": self.amount,
            "work": self.text or Provision._get_default_work(self.matter_id),
        }
        taxes = Provision.new(values)._get_taxes()
        found = taxes.with_context(force_price_include=True).compute_all(
            self.amount, self.currency_id, partner=self.partner_id
        )
        values["amount_untaxed"] = found["total_excluded"]
        provision = Provision.create(values)
        if self.currency_id.compare_amounts(provision.amount_total, self.amount):
            raise UserError(
                self.env._(
                    "No sum before VAT makes exactly %(asked)s: ask for %(near)s.",
                    asked=format_amount(self.env, self.amount, self.currency_id),
                    near=format_amount(
                        self.env, provision.amount_total, self.currency_id
                    ),
                )
            )
        return provision

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "name": self.env._("Payment link"),
            "view_mode": "form",
            "target": "new",
        }


class LegalPaymentLinkLine(models.TransientModel):
    """One link: a part of one invoice."""

    _name = "legal.payment.link.line"
    _description = "Payment Link of an Invoice"

    link_id = fields.Many2one("legal.payment.link", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="link_id.currency_id")
    move_number = fields.Char(string="Invoice", readonly=True)
    due_on = fields.Date(string="Due on", readonly=True)
    amount = fields.Monetary(readonly=True)
    url = fields.Char(string="Address", readonly=True)


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    def action_payment_link(self):
        """Open the payment link of this matter."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.payment.link",
            "name": self.env._("Payment link"),
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_matter_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_legal_payment_link(self):
        """Open the payment link of all that this client owes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.payment.link",
            "name": self.env._("Payment link"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_client_id": self.commercial_partner_id.id},
        }
