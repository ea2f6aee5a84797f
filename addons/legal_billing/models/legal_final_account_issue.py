from odoo import fields, models
from odoo.exceptions import UserError


class LegalFinalAccount(models.Model):
    """Issuing an account: read, printed, hashed, kept; the one before is replaced."""

    _inherit = "legal.final.account"

    def action_issue(self):
        """Issue these accounts to their clients, for good."""
        self._check_may_issue()
        self._check_draft()
        for account in self:
            account._issue()
        return True

    def _issue(self):
        self.ensure_one()
        self._read_ledger()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Nothing was billed to %(client)s on %(matter)s: there is no final"
                    " account to issue.",
                    client=self.partner_id.display_name,
                    matter=self.matter_id._neutral_label(),
                )
            )
        before = self.search(
            [
                ("matter_id", "=", self.matter_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "!=", "draft"),
            ]
        )
        self.version = max(before.mapped("version"), default=0) + 1
        pdf = self._render_file()
        # sudo: the file belongs to the account; its readers reach it through it
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self._get_file_name()}.pdf",
                    "raw": pdf,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        before.filtered(lambda account: account.state == "issued").write(
            {"state": "replaced", "replaced_by_id": self.id}
        )
        before.flush_recordset()
        self.write(
            {
                "attachment_id": attachment.id,
                "sha256": self.env["legal.evidence"]._hash(pdf),
                "issued_on": fields.Datetime.now(),
                "state": "issued",
            }
        )
        self.env["legal.evidence"]._record(
            self,
            self.env._(
                "Final account %(account)s issued to %(client)s: balance %(balance)s.",
                account=self.display_name,
                client=self.partner_id.name,
                balance=self.balance_text,
            ),
            "firm",
            act="issued",
            attachment_id=attachment.id,
            partner_id=self.partner_id.id,
            user_id=self.env.uid,
        )
        self.message_post(
            body=self.env._(
                "Issued: balance %(balance)s, file %(hash)s.",
                balance=self.balance_text,
                hash=self.sha256[:12],
            )
        )

    def _render_file(self):
        report = self.env["ir.actions.report"].sudo()
        report = report.with_context(force_report_rendering=True)
        html = report._legal_render_html(
            "legal_billing.report_final_account", {}, self.id
        )
        return report._legal_lay_out(html)

    def _get_file_name(self):
        account = self._in_client_language()
        return account.env._("Final_account_%(number)s", number=account.name)

    def action_print(self):
        self.ensure_one()
        return self.env.ref("legal_billing.action_report_final_account").report_action(
            self
        )

    def action_send(self):
        """Open the message to the client, with the account attached."""
        self.ensure_one()
        self._check_may_issue()
        template = self.env.ref("legal_billing.mail_template_final_account")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "name": self.env._("Send the final account"),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_attachment_ids": self.sudo().attachment_id.ids,
                "default_email_layout_xmlid": "mail.mail_notification_light",
            },
        }


class LegalMatter(models.Model):
    """Making the final account: by hand, and when the matter is closed."""

    _inherit = "legal.matter"

    final_account_ids = fields.One2many("legal.final.account", "matter_id")
    final_account_count = fields.Integer(compute="_compute_final_account_count")

    def _compute_final_account_count(self):
        counts = dict(
            self.env["legal.final.account"]._read_group(
                [("matter_id", "in", self.ids)], ["matter_id"], ["__count"]
            )
        )
        for matter in self:
            matter.final_account_count = counts.get(matter, 0)

    def _count_open_bills(self):
        """Return how many pre-bills and invoices of a matter are not issued yet."""
        self.ensure_one()
        # sudo: a number, neutral for whoever may see the matter
        matter = self.sudo()
        prebills = matter.prebill_ids.filtered(
            lambda prebill: prebill.state in ("draft", "in_review", "approved")
        )
        moves = self.env["account.move"].sudo()
        drafts = moves.search_count(
            [
                ("invoice_line_ids.matter_id", "in", self.ids),
                ("state", "=", "draft"),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ]
        )
        return len(prebills) + drafts

    def action_final_account(self):
        """Prepare the final account of each payer, and open what is to review."""
        self.ensure_one()
        self.check_access("read")
        accounts = self._prepare_final_accounts()
        if not accounts:
            raise UserError(
                self.env._(
                    "Nothing was billed on %(matter)s: there is no final account to"
                    " make.",
                    matter=self._neutral_label(),
                )
            )
        action = {
            "type": "ir.actions.act_window",
            "res_model": "legal.final.account",
            "name": self.env._("Final account"),
            "view_mode": "list,form",
            "domain": [("matter_id", "=", self.id)],
        }
        if len(accounts) == 1:
            action.update(view_mode="form", res_id=accounts.id, views=[(False, "form")])
        return action

    def action_view_final_accounts(self):
        return self._action_view_satellite(
            "legal.final.account", self.env._("Final accounts")
        )

    def _get_billed_parties(self):
        """Return who was billed on this matter, the client first."""
        self.ensure_one()
        # sudo: the names of those who pay, known to whoever sees the matter
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("invoice_line_ids.matter_id", "in", self.ids),
                    ("state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                ]
            )
        )
        parties = moves.commercial_partner_id
        client = self.partner_id
        if client.commercial_partner_id not in parties:
            return parties
        return client | (parties - client.commercial_partner_id)

    def _prepare_final_accounts(self):
        """Return a fresh draft for each party billed."""
        Account = self.env["legal.final.account"]
        accounts = Account
        for party in self._get_billed_parties():
            draft = self.final_account_ids.filtered(
                lambda a, p=party: (
                    a.state == "draft"
                    and a.partner_id.commercial_partner_id == p.commercial_partner_id
                )
            )[:1]
            if draft:
                draft._read_ledger()
            else:
                draft = Account.create({"matter_id": self.id, "partner_id": party.id})
            accounts |= draft
        return accounts

    def action_close(self):
        """Propose the final account when a matter that was billed is closed."""
        result = super().action_close()
        if len(self) == 1 and self._get_billed_parties():
            return self.action_final_account()
        return result

    # -- the client's page -------------------------------------------------------

    def _get_portal_page(self, notice=None, token="", reader=None):
        page = super()._get_portal_page(notice=notice, token=token, reader=reader)
        page["accounts"] = self._get_portal_accounts(token)
        return page

    def _get_own_final_accounts(self):
        """Return the client's own account in force, no other payer's."""
        return self.env["legal.final.account"].search(
            [
                ("matter_id", "=", self.id),
                ("state", "=", "issued"),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
            ]
        )

    def _get_portal_accounts(self, token=""):
        query = f"?access_token={token}" if token else ""
        return [
            {
                "name": account._get_title(),
                "date": account._format_date(account.date),
                "amount": account._format_balance(),
                "state": account._say_balance(),
                "url": f"/my/matters/{self.id}/accounts/{account.id}{query}",
            }
            for account in self._get_own_final_accounts()
        ]
