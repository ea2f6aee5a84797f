from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import FIRST, SECOND, DunningCommon


@tagged("post_install", "-at_install")
class TestDispute(DunningCommon):
    """What is contested waits; the rest is asked for; the end is recorded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._create_two_lines()
        cls.first, cls.second = cls.move.invoice_line_ids
        cls.Dispute = cls.env["legal.dispute"]

    @classmethod
    def _create_two_lines(cls, **kw):
        """Return an invoice of 600,00 and 400,00, 1 200,00 with VAT."""
        move = cls._create_invoice(600, post=False, **kw)
        line = move.invoice_line_ids
        move.invoice_line_ids = [
            Command.create(
                {
                    "name": "Déplacement",
                    "quantity": 1,
                    "price_unit": 400,
                    "account_id": line.account_id.id,
                    "tax_ids": [Command.set(line.tax_ids.ids)],
                    "legal_category_id": line.legal_category_id.id,
                    "matter_id": line.matter_id.id,
                }
            )
        ]
        move.action_post()
        return move

    def _contest(self, *lines, move=None, **kw):
        vals = {"move_id": (move or self.move).id, **kw}
        if lines:
            vals.update(
                scope="lines",
                line_ids=[Command.create({"move_line_id": li.id}) for li in lines],
            )
        return self.Dispute.create(vals)

    # What is suspended ------------------------------------------------------------

    def test_a_contested_line_is_not_asked_for_and_the_rest_is(self):
        dispute = self._contest(self.second, grounds="Trajet non fait")
        self.assertEqual((dispute.amount, self.move.disputed_amount), (480.0, 480.0))
        action = self._run(FIRST)
        self.assertEqual(action.line_ids.amount_due, 720.0)
        interest = sum(
            r.amount for r in self.move._compute_dunning_interest(720.0, SECOND)
        )
        whole = sum(
            r.amount for r in self.move._compute_dunning_interest(1200.0, SECOND)
        )
        self.assertTrue(0 < interest < whole)
        dispute._answer("Le trajet figure au relevé.", "maintain")
        self.assertEqual((dispute.state, dispute.outcome), ("closed", "maintained"))
        self.assertEqual(self.move.disputed_amount, 0.0)
        action = self._run(SECOND)
        self.assertEqual(action.line_ids.amount_due, 1200.0)

    def test_a_whole_dispute_holds_all_and_shrinks_with_payments(self):
        dispute = self._contest()
        self.assertEqual((dispute.amount, self.move.disputed_amount), (1200.0, 1200.0))
        self.assertFalse(self._run(FIRST))
        self._pay(self.move, 500)
        self.assertEqual(self.move.disputed_amount, 700.0)

    def test_each_line_and_the_whole_are_contested_once(self):
        self._contest(self.second)
        for lines, sentence in (
            ([self.second], "already in dispute"),
            ([], "stands alone"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, sentence),
                self.env.cr.savepoint(),
            ):
                self._contest(*lines)
        self._contest(self.first)
        self.assertEqual(self.move.disputed_amount, 1200.0)

    def test_what_is_refused_says_why_and_leaves_nothing(self):
        other = self._create_invoice()
        cases = [
            ("more than the invoice", {"scope": "part", "amount_stated": 1200.01}),
            ("nothing", {"scope": "part", "amount_stated": 0.0}),
            ("below zero", {"scope": "part", "amount_stated": -5.0}),
            (
                "a line of another invoice",
                {
                    "scope": "lines",
                    "line_ids": [
                        Command.create({"move_line_id": other.invoice_line_ids.id})
                    ],
                },
            ),
            (
                "more than the line",
                {
                    "scope": "lines",
                    "line_ids": [
                        Command.create({"move_line_id": self.second.id, "amount": 481})
                    ],
                },
            ),
        ]
        for name, vals in cases:
            with (
                self.subTest(name),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.Dispute.create({"move_id": self.move.id, **vals})
        draft = self._create_invoice(post=False)
        with self.assertRaisesRegex(ValidationError, "no issued invoice"):
            self.Dispute.create(
                {"move_id": draft.id, "scope": "part", "amount_stated": 10}
            )
        self.assertFalse(self.move.dispute_ids)

    def test_the_database_itself_keeps_one_dispute_a_line_and_a_whole(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN %s",
            [("legal_dispute_one_open_on_whole", "legal_dispute_line_one_open_a_line")],
        )
        self.assertEqual(len(self.env.cr.fetchall()), 2)
        dispute = self._contest(self.second)
        self.env.flush_all()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO legal_dispute_line"
                " (dispute_id, company_id, move_line_id, amount, is_open)"
                " VALUES (%s, %s, %s, 1, true)",
                [dispute.id, self.company.id, self.second.id],
            )

    # Entered by hand ----------------------------------------------------------------

    def test_an_amount_entered_on_the_invoice_is_a_dispute_too(self):
        self.move.disputed_amount = 200
        self.assertEqual(self.move.dispute_ids.mapped("amount"), [200.0])
        self._contest(self.second)
        self.assertEqual(self.move.disputed_amount, 680.0)
        self.move.disputed_amount = 700
        self.assertEqual(sorted(self.move.dispute_ids.mapped("amount")), [220.0, 480.0])
        for amount in (-1, 1200.5):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.move.disputed_amount = amount
        self.env.invalidate_all()
        self.move.disputed_amount = 480
        self.assertEqual(
            self.move.dispute_ids.filtered("is_by_hand").outcome, "withdrawn"
        )
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.move.disputed_amount = 0  # the line is contested still

    # Its life -----------------------------------------------------------------------

    def test_owner_deadline_and_task(self):
        with freeze_time("2026-05-20 09:00:00"):
            dispute = self._contest(self.second)
        lead = self.lawyers["partner"].user_id
        self.assertEqual(dispute.user_id, lead)
        self.assertEqual(dispute.deadline, date(2026, 6, 4))
        self.assertEqual(dispute.activity_ids.user_id, lead)
        with freeze_time("2026-05-25 09:00:00"):
            dispute._answer("Voici le détail.", "answer")
        self.assertEqual(dispute.state, "answered")
        self.assertEqual(dispute.activity_ids.date_deadline, date(2026, 6, 9))
        self.assertEqual(self.move.disputed_amount, 480.0)
        dispute._client_reply("settle", "", self.client)
        self.assertEqual((dispute.state, dispute.outcome), ("closed", "explained"))
        self.assertFalse(dispute.activity_ids)
        with self.assertRaisesRegex(UserError, "gone on meanwhile"):
            dispute._do("maintain")

    def test_mediation_is_for_consumers_and_names_the_mediator(self):
        dispute = self._contest(self.second)
        with self.assertRaisesRegex(UserError, "consumers alone"):
            dispute._answer("Saisissons le médiateur.", "mediate")
        self.assertEqual(dispute.state, "open")
        move = self._create_invoice(partner_id=self.consumer.id)
        dispute = self._contest(move=move)
        self.assertIn("Haussmann", dispute.mediator)
        dispute._answer("D'accord pour la médiation.", "mediate")
        self.assertEqual((dispute.state, move.disputed_amount), ("mediation", 1200.0))
        event = dispute.prescription_event_ids
        self.assertEqual((event.matter_id, event.move_ids), (move.matter_ids, move))
        self.assertEqual(
            (event.effect, event.date, event.date_end),
            ("suspension", dispute.mediation_on, False),
        )
        dispute._answer("Le bâtonnier est saisi.", "refer")
        self.assertTrue(event.date_end)
        with self.assertRaises(UserError):
            dispute._answer("Et le médiateur ?", "mediate")
        dispute._answer("Décision reçue.", "decided")
        self.assertEqual((dispute.outcome, move.disputed_amount), ("bar", 0.0))

    def test_crediting_the_whole_invoice_settles_it(self):
        dispute = self._contest(self.second)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.move.ids)
            .create({"journal_id": self.move.journal_id.id, "date": FIRST})
        )
        refund = self.env["account.move"].browse(reversal.reverse_moves()["res_id"])
        refund.action_post()
        self.assertEqual((dispute.outcome, dispute.credit_note_ids), ("rebate", refund))
        self.assertEqual(self.move.disputed_amount, 0.0)

    def test_nobody_changes_state_or_words_by_hand(self):
        dispute = self._contest(self.second, grounds="Trajet non fait")
        lead = dispute.user_id
        for vals in ({"state": "closed"}, {"outcome": "explained"}):
            with self.assertRaises(UserError):
                dispute.with_user(lead).write(vals)
        word = dispute.exchange_ids
        with self.assertRaises(UserError):
            word.with_user(lead).write({"body": "autre"})
        with self.assertRaises(UserError):
            dispute.with_user(lead).write({"grounds": "autre"})
        with self.assertRaises(AccessError):
            dispute.with_user(lead).unlink()
        dispute.with_user(lead).write({"deadline": FIRST + timedelta(30)})

    # The wall -----------------------------------------------------------------------

    def test_a_collector_sees_amounts_and_no_word_of_a_walled_matter(self):
        walled = self._create_matter(
            name="Secret",
            is_walled=True,
            member_ids=[],
            responsible_id=self.lawyers["partner"].user_id.id,
        )
        users = {
            name: new_test_user(
                self.env,
                f"dis.{name}",
                groups=group,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for name, group in (
                ("collector", "legal_dunning.group_legal_collector"),
                ("outsider", "legal_timesheet.group_legal_user"),
                ("office", "legal_timesheet.group_legal_office"),
                ("keptout", "legal_dunning.group_legal_collector"),
                ("manager", "legal_billing.group_legal_billing_manager"),
                ("admin", "legal_timesheet.group_legal_administrator"),
            )
        }
        for user in users.values():
            user.group_ids |= self.env.ref("base.group_allow_export")
        users["lead"] = walled.responsible_id
        walled.write(
            {
                "excluded_user_ids": [Command.link(users["keptout"].id)],
                "exclusion_reason": "relative",
            }
        )
        move = self._create_invoice(matter=walled)
        dispute = self._contest(
            move.invoice_line_ids, move=move, grounds="Grief confidentiel"
        )
        dispute.sudo().exchange_ids._attach([("preuve.pdf", b"%PDF-1.4 x")])
        noted = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "note.txt",
                    "raw": b"x",
                    "res_model": "legal.dispute",
                    "res_id": dispute.id,
                }
            )
        )
        filed = dispute.sudo().exchange_ids.attachment_ids
        self.env.flush_all()
        for name, amounts, words in (
            ("lead", True, True),
            ("collector", True, False),
            ("outsider", False, False),
            ("office", False, False),
            ("keptout", False, False),
            ("manager", False, False),
            ("admin", False, False),
        ):
            with self.subTest(name):
                self.env.invalidate_all()
                user = users[name]
                own = self.Dispute.with_user(user)
                domain = [("move_id", "=", move.id)]
                self.assertEqual(bool(own.search(domain)), amounts)
                self.assertEqual(bool(own.search_count(domain)), amounts)
                self.assertEqual(bool(own._read_group(domain, ["state"])), amounts)
                self.assertEqual(
                    bool(
                        self.env["legal.dispute.line"]
                        .with_user(user)
                        .search([("dispute_id", "=", dispute.id)])
                    ),
                    amounts,
                )
                self.assertEqual(
                    bool(
                        self.env["legal.dispute.exchange"]
                        .with_user(user)
                        .search([("dispute_id", "=", dispute.id)])
                    ),
                    words,
                )
                for attachment in (noted, filed):
                    self.assertEqual(
                        attachment.sudo(False).with_user(user).has_access("read"), words
                    )
                if not amounts:
                    with self.assertRaises(AccessError):
                        dispute.with_user(user).read(["amount"])
                    with self.assertRaises(AccessError):
                        dispute.with_user(user).export_data(["amount"])
                    continue
                mine = dispute.with_user(user)
                self.assertEqual(bool(mine.grounds), words)
                self.assertNotIn("Secret", mine.display_name)
                if not words:
                    with self.assertRaises(UserError):
                        mine.action_answer()
