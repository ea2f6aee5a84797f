from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command

from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.legal_billing.tests.common import LegalBillingCommon

ISSUED = date(2026, 4, 15)
DUE = date(2026, 5, 15)
COURTESY = date(2026, 5, 12)
FIRST = date(2026, 5, 22)
SECOND = date(2026, 6, 5)


class DunningCommon(LegalBillingCommon, MockSmtplibCase):
    """A French firm with real posted invoices and a mail server that answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_servers()
        cls.env.user.group_ids |= cls.env.ref("legal_dunning.group_legal_collector")
        cls.env.user.tz = "Europe/Paris"
        cls.company.legal_bar = "Paris"
        cls.company._legal_setup_dunning_policies()
        cls.Action = cls.env["legal.dunning.action"]
        Policy = cls.env["legal.dunning.policy"]
        cls.policy = Policy._get_default(cls.company, "professional")
        cls.policy_consumer = Policy._get_default(cls.company, "consumer")
        cls.lawyers["partner"].user_id.write(
            {"email": "claire.aubry@lanterne-avocats.example"}
        )
        cls.matter = cls._create_matter()

    @classmethod
    def _init_mail_servers(cls):
        cls.env["ir.mail_server"].search([]).active = False
        cls.mail_server = cls.env["ir.mail_server"].create(
            {"name": "test", "smtp_host": "mail.example", "smtp_encryption": "none"}
        )

    @classmethod
    def _create_invoice(cls, amount=1000.0, post=True, **kw):
        """Return a posted invoice of 1 200,00 incl. VAT, due on 15 May 2026."""
        matter = kw.pop("matter", cls.matter)
        fee = cls.env["legal.money.category"]._get_by_code("fee", cls.company)
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "invoice_date": ISSUED,
                "invoice_date_due": DUE,
                "invoice_payment_term_id": False,
                "legal_period_from": date(2026, 3, 1),
                "legal_period_to": date(2026, 3, 31),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Honoraires",
                            "quantity": 1,
                            "price_unit": amount,
                            "account_id": fee.account_id.id,
                            "tax_ids": [Command.set(fee.tax_id.ids)],
                            "legal_category_id": fee.id,
                            "matter_id": matter.id if matter else False,
                        }
                    )
                ],
                **kw,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _pay(cls, move, amount=None, on=FIRST):
        """Register a payment and match it with the invoice."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": on, "amount": amount or move.amount_residual})
        )
        return wizard._create_payments()

    @classmethod
    def _receive(cls, partner, amount, on=FIRST):
        """Receive money that nobody has matched yet."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": on,
                "company_id": cls.company.id,
            }
        )
        payment.action_post()
        return payment

    def _run(self, day):
        """Run for a day, at ten in the morning, with a working mail server."""
        with freeze_time(f"{day} 08:00:00"), self.mock_smtplib_connection():
            actions = self.Action._run(today=day, companies=self.company)
        return actions

    @contextmanager
    def _mail_outage(self):
        """No connection to any mail server."""
        IrMailServer = type(self.env["ir.mail_server"])
        refused = ConnectionRefusedError(111, "Connection refused")
        with (
            patch.object(IrMailServer, "_disable_send", return_value=False),
            patch("smtplib.SMTP", side_effect=refused),
            patch("smtplib.SMTP_SSL", side_effect=refused),
        ):
            yield

    def _bodies(self):
        """Return the addresses written to, one a message that left."""
        return [email["msg_to"] for email in self.emails]
