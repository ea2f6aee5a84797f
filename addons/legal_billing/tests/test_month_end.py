from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..models.columns import linked, rows
from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)
#: stored, and worked out anew by what is not the subject here
APART = {"message_main_attachment_id", "activity_date_deadline"}


@tagged("post_install", "-at_install")
class TestMonthEnd(LegalBillingCommon):
    """What a run does for many at once is what it does one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matters = cls.env["legal.matter"]
        for terms in (
            [{"kind": "hourly"}],
            [{"kind": "hourly", "blended_rate": 210.0, "discount_percent": 7.5}],
            [{"kind": "hourly", "cap_amount": 900.0}],
            [
                {
                    "kind": "fixed",
                    "amount": 1000.0,
                    "included_hours": 2.0,
                    "overage": "rate",
                    "overrun_rate": 190.0,
                    "instalment_ids": [
                        Command.create(
                            {"name": "1", "due_on": "2026-02-01", "amount": 1000}
                        )
                    ],
                }
            ],
        ):
            matter = cls._create_matter()
            cls._create_agreement(matter, terms)
            for day in range(1, 9):
                cls._create_entry(matter, "partner", 0.7, f"2026-04-{day:02d}")
            cls.matters |= matter

    def _create_run(self):
        return self.env["legal.billing.run"].create(
            {
                "company_id": self.company.id,
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
            }
        )

    def _run_prebills(self):
        run = self._create_run()
        run._run_prebills()
        self.env.flush_all()
        return run

    def _count(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _read_stored(self, records):
        """Return {(id, name): value} of the stored computed fields, as saved."""
        self.env.flush_all()
        self.env.invalidate_all()
        names = [
            name
            for name, field in records._fields.items()
            if field.store and field.compute and field.column_type
        ]
        return {
            (row["id"], name): row[name]
            for row in records.read(names, load=None)
            for name in set(names) - APART
        }

    def test_what_a_run_gives_is_what_the_fields_compute(self):
        prebills = self._run_prebills().line_ids.prebill_id
        self.assertEqual(len(prebills), 4)
        lines = prebills.line_ids
        self.assertGreaterEqual(len(lines.filtered("entry_id")), 32)
        for records in (lines, prebills, lines.entry_id):
            given = self._read_stored(records)
            for name, field in records._fields.items():
                if field.store and field.compute and not (name == "amount"):
                    self.env.add_to_compute(field, records)
            self.assertEqual(self._read_stored(records), given, records._name)

    def test_values_of_many_are_those_of_each(self):
        prebill = self._run_prebills().line_ids.prebill_id[:1]
        lines = prebill.line_ids
        lines[0]._set_figures({"active": False})
        names = ("id", "kind", "amount", "date", "term_id", "cost_id", "explanation")
        for is_fresh in (True, False):
            if is_fresh:
                self.env.invalidate_all()
            found = rows(lines, *names)
            self.assertEqual(
                found,
                [
                    (li.id, li.kind, li.amount, li.date, li.term_id.id)
                    + (li.cost_id.id, li.explanation)
                    for li in lines
                ],
            )
        self.assertEqual(rows(lines.browse(), *names), [])
        self.assertEqual(linked(prebill, "line_ids"), prebill.line_ids)
        self.assertEqual(linked(prebill, "line_ids"), lines[1:])
        whole = prebill.with_context(active_test=False)
        self.assertEqual(linked(whole, "line_ids"), whole.line_ids)
        self.assertEqual(linked(whole, "line_ids"), lines)
        draft = prebill.new(origin=prebill)
        self.assertEqual(
            rows(draft.line_ids, "amount"), [(li.amount,) for li in draft.line_ids]
        )

    def test_values_of_many_are_read_with_the_rights_of_each(self):
        outsider = new_test_user(self.env, "etrangere", "base.group_user")
        matter = self.matters[:1].with_user(outsider)
        self.env.invalidate_all()
        with self.assertRaises(Exception) as one:
            matter.name  # noqa: B018
        self.env.invalidate_all()
        with self.assertRaises(type(one.exception)):
            rows(matter, "name")

    def test_tax_of_an_amount_is_that_of_the_tax_engine(self):
        common = {"type_tax_use": "sale", "company_id": self.company.id}
        Tax = self.env["account.tax"]
        make = [
            {"name": "20", "amount": 20.0},
            {"name": "5,5", "amount": 5.5},
            {
                "name": "inclus",
                "amount": 20.0,
                "price_include_override": "tax_included",
            },
            {"name": "division", "amount": 10.0, "amount_type": "division"},
            {"name": "fixe", "amount": 1.25, "amount_type": "fixed"},
        ]
        taxes = Tax.create([{**common, **values} for values in make])
        group = Tax.create(
            {
                **common,
                "name": "groupe",
                "amount_type": "group",
                "children_tax_ids": [Command.set(taxes[:2].ids)],
            }
        )
        currency, client = self.company.currency_id, self.client
        cases = [*taxes, group, taxes[:2], taxes.browse()]
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            for case in cases:
                for base in (0.0, 0.05, 33.33, 1234.565, -87.45, 99999.99):
                    with self.subTest(method, taxes=case.mapped("name"), base=base):
                        whole = case.compute_all(base, currency, partner=client)
                        self.assertEqual(
                            case._legal_get_amount(base, currency, client),
                            whole["total_included"] - whole["total_excluded"],
                        )

    def test_each_further_prebill_costs_a_few_queries(self):
        """At most 2 SQL statements for each further pre-bill of another client's."""
        self._run_prebills().line_ids.prebill_id.action_cancel()
        few = self._count(self._run_prebills)
        self.env["legal.prebill"].search([]).filtered(
            lambda p: p.state == "draft"
        ).action_cancel()
        for _number in range(8):
            matter = self._create_matter()
            self._create_agreement(matter, [{"kind": "hourly"}])
            self._create_entry(matter, "partner", 1.0, "2026-04-10")
        self.assertLessEqual((self._count(self._run_prebills) - few) / 8, 2)

    def test_approval_saves_no_entry_again(self):
        run = self._run_prebills()
        entries = run.line_ids.prebill_id.line_ids.entry_id
        self.env.invalidate_all()
        Entry = type(entries)
        with patch.object(Entry, "_write_multi", side_effect=AssertionError) as save:
            run._run_approve()
            self.env.flush_all()
        self.assertFalse(save.called)
        self.assertEqual(run.line_ids.mapped("outcome"), ["done"] * 4)
        self.assertEqual(set(entries.mapped("billing_status")), {"on_prebill"})

    def test_numbers_drawn_together_follow_each_other(self):
        names = self._run_prebills().line_ids.prebill_id.sorted("id").mapped("name")
        last = [int(name.rpartition("-")[2].rpartition("/")[2]) for name in names]
        self.assertEqual(last, list(range(last[0], last[0] + 4)))
        alone = self.env["legal.prebill"]._draw_numbers(self.company, 1)
        self.assertNotIn(alone[0], names)

    def test_equal_values_are_saved_together_and_the_others_one_by_one(self):
        lines = self._run_prebills().line_ids.prebill_id.line_ids.filtered("entry_id")
        values = [{"narrative": "Le même", "hours": 1.0} for _line in lines]
        saved = self._count(lambda: lines._write_multi(values))
        self.assertEqual(saved, 1)
        self.env.invalidate_all()
        self.assertEqual(set(lines.mapped("narrative")), {"Le même"})
        self.assertEqual(set(lines.mapped("write_uid").ids), {self.env.uid})
        own = [{"narrative": f"Acte {line.id}"} for line in lines]
        lines._write_multi(own)
        self.env.invalidate_all()
        self.assertEqual(
            lines.mapped("narrative"), [f"Acte {line.id}" for line in lines]
        )

    def test_a_run_takes_up_what_each_stage_has_left(self):
        """What is asked of the database is what each line says of itself."""
        run = self._run_prebills()
        held, approved, *_rest = run.line_ids.prebill_id
        held._hold("attend")
        approved.action_approve()
        posted = run.line_ids[3]
        posted.prebill_id.action_approve()
        posted.move_id = posted.prebill_id._create_invoices(MONTH_END)
        posted.move_id.action_post()
        posted.launch = False
        expected = {
            "prebills": run.line_ids.filtered(
                lambda li: li.prebill_id.state in ("draft", "in_review")
            ),
            "approve": run.line_ids.filtered(
                lambda li: li.prebill_id.state in ("draft", "in_review")
            ),
            "invoice": run.line_ids.filtered(lambda li: li.prebill_id == approved),
            "documents": posted,
            "send": posted,
        }
        run.launch += 1
        for stage, lines in expected.items():
            with self.subTest(stage):
                run.stage = stage
                self.assertTrue(lines)
                self.assertEqual(run._get_todo(), lines.sorted("id"))
        lines.is_excluded = True
        self.assertFalse(run._get_todo())
