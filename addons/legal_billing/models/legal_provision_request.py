from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import fees, provisions


class LegalProvision(models.Model):
    """Asking for a provision: by hand, by the agreement, or when it runs low."""

    _inherit = "legal.provision"

    @api.model
    def _request_for(
        self, matter, amount, work=None, partner=None, kind="fees", trigger="agreement"
    ):
        """Prepare the request of a provision, for a person to send.

        :param amount: excluding VAT
        :return: legal.provision in draft, with an activity for the responsible
        """
        provision = self.create(
            {
                "matter_id": matter.id,
                "partner_id": (partner or matter.partner_id).id,
                "kind": kind,
                "amount_untaxed": amount,
                "work": work or self._get_default_work(matter),
                "trigger": trigger,
            }
        )
        provision._notify_responsible()
        return provision

    @api.model
    def _get_default_work(self, matter):
        return self.env._(
            "Fees and expenses to come on the matter %(matter)s, under its fee"
            " agreement.",
            matter=matter._neutral_label(),
        )

    def _notify_responsible(self):
        for provision in self:
            provision.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Provision to ask for"),
                note=self.env._(
                    "%(amount)s excl. VAT is ready to be asked of %(client)s: check it,"
                    " then send it. Nothing leaves before.",
                    amount=provision.currency_id.format(provision.amount_untaxed),
                    client=provision.partner_id.name,
                ),
                user_id=provision.responsible_id.id or self.env.uid,
            )

    # -- balances under their floor --------------------------------------------------

    @api.model
    def _get_floors(self, matters=None):
        """Return {matter: (floor, level, words)} of the matters that keep one.

        The matter's own figures; a hook for those of its fee agreement.
        """
        domain = [("state", "=", "open"), ("provision_floor", ">", 0)]
        if matters is not None:
            domain.append(("id", "in", matters.ids))
        return {
            matter: (matter.provision_floor, matter.provision_level, None)
            for matter in self.env["legal.matter"].search(domain)
        }

    @api.model
    def _cron_propose(self):
        """Each day, prepare the requests of the matters whose balance runs low."""
        self._propose_low()

    @api.model
    def _propose_low(self, matters=None):
        """Prepare one request a matter and client whose balance is under its floor.

        One that is open already is enough, however often this runs.

        :return: the requests prepared
        """
        floors = self._get_floors(matters)
        made = self.browse()
        if not floors:
            return made
        ids = [matter.id for matter in floors]
        balances = dict(
            self._read_group(
                [("matter_id", "in", ids), ("kind", "=", "fees")],
                ["matter_id"],
                ["amount_available:sum"],
            )
        )
        waiting = self.search(
            [
                ("matter_id", "in", ids),
                ("state", "in", ("draft", "requested", "invoiced")),
            ]
        ).matter_id
        for matter, (floor, level, words) in floors.items():
            if matter in waiting or not matter.partner_id:
                continue
            amount = provisions.to_request(
                fees.to_decimal(balances.get(matter)),
                fees.to_decimal(floor),
                fees.to_decimal(max(level, floor)),
            )
            if amount:
                made |= self._request_for(
                    matter, float(amount), work=words, trigger="floor"
                )
        return made

    # -- sending -------------------------------------------------------------------

    def action_send(self):
        """Open the e-mail with the letter and the link to pay; sending is a click."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("draft", "requested", "invoiced")
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "%(client)s has no e-mail: enter it, or print the letter of"
                    " %(name)s and mark it as sent.",
                    client=self.partner_id.display_name,
                    name=self.display_name,
                )
            )
        self._portal_ensure_token()
        template = self.env.ref("legal_billing.mail_template_provision")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "legal_provision_sent": True,
                "force_email": True,
            },
        }

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self.env.context.get("legal_provision_sent"):
            drafts = self.filtered(lambda p: p.state == "draft")
            drafts.with_context(legal_provision_sent=False).action_mark_requested()
        return message

    def action_open_transfer(self):
        self.ensure_one()
        self._check_may_invoice()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.provision.transfer",
            "name": self.env._("Move to another matter"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_provision_id": self.id},
        }


class LegalMatter(models.Model):
    _inherit = "legal.matter"

    provision_ids = fields.One2many("legal.provision", "matter_id")
    provision_floor = fields.Monetary(
        string="Ask again under",
        help="When the provisions available fall under it, a request is prepared.",
    )
    provision_level = fields.Monetary(
        string="Up to",
        help="What the request brings the balance back to, excluding VAT.",
    )
    provision_balance = fields.Monetary(
        string="Provisions available", compute="_compute_provision_balance"
    )
    provision_count = fields.Integer(compute="_compute_provision_balance")

    _provision_levels = models.Constraint(
        "CHECK (COALESCE(provision_floor, 0) >= 0 AND COALESCE(provision_level, 0) >="
        " 0)",
        "The floor and the level of provisions cannot be negative.",
    )

    def _compute_provision_balance(self):
        figures = {
            matter: (amount, count)
            for matter, amount, count in self.env["legal.provision"]._read_group(
                [("matter_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["matter_id"],
                ["amount_available:sum", "__count"],
            )
        }
        for matter in self:
            amount, count = figures.get(matter, (0.0, 0))
            matter.provision_balance, matter.provision_count = amount, count

    def action_view_provisions(self):
        return self._action_view_satellite("legal.provision", self.env._("Provisions"))

    def action_ask_provision(self):
        """Open a new request of a provision on this matter."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.provision",
            "name": self.env._("Provision"),
            "view_mode": "form",
            "context": {
                "default_matter_id": self.id,
                "default_work": self.env["legal.provision"]._get_default_work(self),
            },
        }


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    def action_ask_provision(self):
        """Open a new request of a provision on the agreement's matter."""
        return self.matter_id.action_ask_provision()
