from datetime import date

from odoo import Command

from .common import LegalBillingCommon

MONTH_END = date(2026, 4, 30)


class RedlineCommon(LegalBillingCommon):
    """A pre-bill of 1 220: 2 h of the partner at 280, 3 h of the senior at 220."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter()
        cls.agreement = cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.entries = cls._create_entry(
            cls.matter, "partner", 2.0, "2026-04-01"
        ) | cls._create_entry(cls.matter, "senior", 3.0, "2026-04-02")
        cls.prebill = cls._propose(cls.matter)
        cls.first, cls.second = cls.prebill.line_ids.sorted("id")

    @classmethod
    def _propose(cls, matter):
        return cls.env["legal.prebill"]._generate(matter, MONTH_END)[0]

    @classmethod
    def _propose_capped(cls, cap, **kw):
        """Return a pre-bill of 1 220 of hours under terms of its own."""
        matter = cls._create_matter()
        cls._create_agreement(matter, [{"kind": "hourly", "cap_amount": cap, **kw}])
        cls._create_entry(matter, "partner", 2.0, "2026-04-01")
        cls._create_entry(matter, "senior", 3.0, "2026-04-02")
        return cls._propose(matter)

    def _invoice(self, prebill):
        """Approve and post; the totals must be those of the screen."""
        before = (prebill.amount_untaxed, prebill.amount_tax, prebill.amount_total)
        prebill.action_approve()
        moves = prebill._create_invoices(MONTH_END)
        moves.action_post()
        self.assertEqual(
            before,
            tuple(
                round(sum(moves.mapped(name)), 2)
                for name in ("amount_untaxed", "amount_tax", "amount_total")
            ),
        )
        return moves

    def _state(self, prebill):
        """Return all that a reviewer can change, to be compared after an undo."""
        prebill.invalidate_recordset()
        prebill.line_ids.invalidate_recordset()
        prebill = prebill.with_context(active_test=True)
        names = (
            "kind",
            "narrative",
            "hours",
            "hours_proposed",
            "hours_package",
            "rate",
            "amount",
            "amount_proposed",
            "amount_standard",
            "amount_lost",
            "decision",
            "reason_id",
            "entry_id",
            "presentation_group",
            "merged_into_id",
            "is_live",
            "source_status",
        )
        return (
            sorted(tuple(str(line[n]) for n in names) for line in prebill.line_ids),
            prebill.amount_untaxed,
            prebill.amount_writeoff,
            prebill.client_message,
            prebill.discount_percent,
            prebill.discount_amount,
        )

    def _sum_of_changes(self, prebill):
        return round(sum(prebill.revision_ids.mapped("amount_change")), 2)

    def _add_to_team(self, matter, employee):
        matter.member_ids = [
            Command.create(
                {
                    "user_id": employee.user_id.id,
                    "role": "member",
                    "date_from": "2026-01-02",
                }
            )
        ]
