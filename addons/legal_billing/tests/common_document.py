from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command, fields
from odoo.tools import config

from .common import LegalBillingCommon


@contextmanager
def real_send(env):
    """Make invoices for good while a test runs: real PDFs, XML embedded.

    Under test the framework prints HTML instead of PDFs and never embeds the
    e-invoice. Yields an environment in which both are done; nothing leaves the
    machine, e-mails stay in the outgoing queue::

        with real_send(self.env) as env:
            move.with_env(env)._generate_and_send()
    """
    was_testing = config["test_enable"]
    config["test_enable"] = False
    try:
        with patch.object(type(env["ir.mail_server"]), "send_email", _do_not_send):
            yield env(context={**env.context, "force_report_rendering": True})
    finally:
        config["test_enable"] = was_testing


def _do_not_send(self, message, *args, **kwargs):
    return message["Message-Id"]


class DocumentCommon(LegalBillingCommon):
    """Invoices of the worked cases, sent for good."""

    worked_days = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "legal_form": "SELARL",
                "legal_bar": "Paris",
                "legal_capital": 10000,
                "rcs_city": "Paris",
                "website": "https://www.lanterne-avocats.example",
            }
        )

    def setUp(self):
        super().setUp()
        type(self).worked_days = 0

    @classmethod
    def _bill_case_5(cls, **kw):
        """Hearing 1 200 and travel 84,50; advanced 89,76, 13 and 225."""
        matter = cls._create_matter(**kw)
        cls._create_agreement(
            matter,
            [
                {
                    "kind": "fixed",
                    "name": "Audience",
                    "amount": 1200,
                    "instalment_ids": [
                        Command.create(
                            {
                                "name": "Audience de plaidoirie",
                                "due_on": "2026-05-12",
                                "amount": 1200,
                            }
                        )
                    ],
                }
            ],
        )
        cls._create_cost(
            matter, "expense", 84.50, "2026-05-12", name="Train Paris – Lyon, audience"
        )
        cls._create_disbursement(
            matter, 89.76, "2026-05-04", name="Commissaire de justice, signification"
        )
        cls._create_disbursement(
            matter, 225, "2026-05-05", name="Timbre fiscal, procédure d'appel"
        )
        cls._create_disbursement(
            matter, 13, "2026-05-12", "pleading_duty", name="Droit de plaidoirie"
        )
        return cls._bill(matter, "2026-05-31")[1]

    @classmethod
    def _bill_hours(cls, hours=(6.5, 9.2, 8.4), terms=None, policy="detailed", **kw):
        """Case 1: hours of three people capped at 5 000, and 150 of charges."""
        matter = cls._create_matter(**kw)
        cls._create_agreement(
            matter,
            terms or [{"kind": "hourly", "cap_amount": 5000}],
            invoice_text_policy=policy,
        )
        # A day has 24 hours: each call of a test works on days of its own.
        cls.worked_days += 1
        first = fields.Date.to_date("2026-03-02")
        for lawyer, worked in zip(cls.lawyers, hours, strict=True):
            if worked:
                date = fields.Date.add(first, days=cls.worked_days)
                cls._create_entry(matter, lawyer, worked, date)
        cls._create_cost(
            matter, "admin_fee", 150, "2026-04-01", name="Frais de dossier"
        )
        return cls._bill(matter, "2026-04-15")[1]

    def _send(self, moves):
        """Send for good and return the moves, which now carry their files."""
        with real_send(self.env) as env:
            moves.with_env(env)._generate_and_send()
        moves.invalidate_recordset()
        return moves

    def _get_files(self, move):
        return move.invoice_pdf_report_id.raw, move.ubl_cii_xml_id.raw
