from odoo import Command, fields

from .common import LegalBillingCommon


class LegalTermsCommon(LegalBillingCommon):
    """Agreements with one term of each kind, and what their bills say."""

    @classmethod
    def _create_term_matter(cls, *terms, **kw):
        """Return (matter, its signed agreement) with these terms."""
        matter = cls._create_matter()
        return matter, cls._create_agreement(matter, list(terms), **kw)

    @classmethod
    def _generate(cls, matter, date_to):
        """Return (pre-bill, sentences about what was left out)."""
        return cls.env["legal.prebill"]._generate(matter, fields.Date.to_date(date_to))

    @classmethod
    def _fixed(cls, amount, instalments=None, **kw):
        """Return a fixed fee: [(name, day or "signature", amount)]."""
        rows = instalments or [("Forfait", "signature", amount)]
        return {
            "kind": "fixed",
            "amount": amount,
            "instalment_ids": [
                Command.create(
                    {
                        "name": name,
                        "amount": part,
                        "trigger": "signature" if day == "signature" else "date",
                        "due_on": day != "signature" and day,
                    }
                )
                for name, day, part in rows
            ],
            **kw,
        }

    @classmethod
    def _success(cls, tiers=((0, 8), (50000, 6)), **kw):
        return {
            "kind": "success",
            "success_base": "gained",
            "success_trigger": "decision",
            "tier_ids": [
                Command.create({"above_amount": above, "percent": percent})
                for above, percent in tiers
            ],
            **kw,
        }

    def assertLines(self, prebill, expected):
        """Compare {kind: amount}, whatever the order; time is one sum."""
        found = {}
        for line in prebill.line_ids:
            found[line.kind] = round(found.get(line.kind, 0) + line.amount, 2)
        self.assertEqual(found, expected)
        for line in prebill.line_ids - prebill.line_ids.filtered(
            lambda li: li.kind in ("time", "cost")
        ):
            self.assertTrue(line.explanation, f"{line.kind} does not explain itself")
