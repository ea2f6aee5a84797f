from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestClientTime(LegalBillingCommon):
    """Time that the client approves before it is billed, as the agreement says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.agreement = cls._create_agreement(
            cls.matter,
            [{"kind": "hourly"}],
            client_approves_time=True,
            client_time_tacit_days=15,
        )
        cls.entry = cls._create_entry(cls.matter, "partner", 2.0, "2026-04-01")

    def _generate(self):
        return self.env["legal.prebill"]._generate(self.matter, MONTH_END)[0]

    def test_time_is_not_billed_before_the_client_approved_it(self):
        self.assertEqual(self.matter._get_client_time_approval(), {"tacit_days": 15})
        self.assertEqual(self.entry.client_state, "to_ask")
        self.assertFalse(self._generate())
        approval = (
            self.env["legal.time.client.approval"]
            ._ask(
                self.matter,
                self.client,
                self.entry,
                date_from=date(2026, 4, 1),
                date_to=MONTH_END,
                tacit_days=15,
            )
            .sudo()
        )  # the client comes by his link
        self.assertFalse(self._generate())
        shown = approval._get_live()[1]
        approval._client_approve("Client", shown, {})
        self.assertEqual(self._generate().line_ids.entry_id, self.entry)
        self._check_evidence_is_made_up_for(approval)

    def _check_evidence_is_made_up_for(self, approval):
        """As if it had been approved before any evidence was kept."""
        Evidence = self.env["legal.evidence"].sudo()
        about = [("res_model", "=", approval._name), ("res_id", "=", approval.id)]
        first = Evidence.search(about)
        self.assertFalse(first.is_reconstructed or Evidence._backfill())
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM legal_evidence WHERE id = %s", first.ids)
        self.env.invalidate_all()
        made = Evidence._backfill()
        self.assertEqual(made, Evidence.search(about))
        self.assertTrue(made.is_reconstructed and made.is_intact)
        self.assertEqual(
            (made.typed_name, made.accepted_at, made.sha256),
            ("Client", approval.answered_on, approval.shown_digest),
        )
        self.assertFalse(Evidence._backfill())
        # a text that is no longer the one approved proves nothing
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM legal_evidence WHERE id = %s", made.ids)
        self.env.invalidate_all()
        approval.shown_text += "x"
        self.assertFalse(Evidence._backfill())

    def test_silence_lets_it_be_billed(self):
        approval = (
            self.env["legal.time.client.approval"]
            ._ask(
                self.matter,
                self.client,
                self.entry,
                date_from=date(2026, 4, 1),
                date_to=MONTH_END,
                tacit_days=15,
            )
            .sudo()
        )  # the cron's rights
        approval._cron_close(approval.tacit_on)
        self.assertEqual(self.entry.client_state, "tacit")
        self.assertTrue(self._generate())

    def test_without_the_clause_nothing_waits(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        entry = self._create_entry(matter, "partner", 1.0, "2026-04-01")
        self.assertFalse(entry.client_state)
        self.assertTrue(self.env["legal.prebill"]._generate(matter, MONTH_END)[0])

    def test_signing_holds_back_what_was_approved(self):
        matter = self._create_matter()
        entry = self._create_entry(matter, "partner", 1.0, "2026-04-01")
        agreement = self._create_agreement(
            matter, [{"kind": "hourly"}], sign=False, client_approves_time=True
        )
        self.assertFalse(entry.client_state)
        agreement.action_sign()
        self.assertEqual(entry.client_state, "to_ask")

    def test_what_was_signed_does_not_change(self):
        with self.assertRaisesRegex(ValidationError, "is signed"):
            self.agreement.client_approves_time = False

    def test_time_on_a_bill_is_corrected_there(self):
        matter = self._create_matter()
        self._create_agreement(matter, [{"kind": "hourly"}])
        entry = self._create_entry(matter, "partner", 1.0, "2026-04-01")
        prebill = self.env["legal.prebill"]._generate(matter, MONTH_END)[0]
        for act in (
            lambda: entry._legal_return("No"),
            lambda: entry.write({"unit_amount": 3}),
        ):
            with (
                self.assertRaisesRegex(UserError, f"pre-bill {prebill.name}"),
                self.env.cr.savepoint(),
            ):
                act()
        prebill.action_approve()
        move = prebill._create_invoices(MONTH_END)
        move.action_post()
        with self.assertRaisesRegex(UserError, "credit note"):
            entry._legal_return("No")
        with self.assertRaisesRegex(UserError, "credit note"):
            entry.write({"narrative": "Other"})
