from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import AccessError

from ..engine import fees
from ..engine.colors import readable_accent, tint
from ..report import renderer
from .account_move_print import NO_BREAK, format_hours

SAMPLE_LINK = "https://example.com/my/invoices/1"
SAMPLE_RATE = 20


class ResCompany(models.Model):
    """An invoice of invented work, to see a design before choosing it."""

    _inherit = "res.company"

    def action_legal_preview(self, design):
        """Open the sample of a design in another tab."""
        self.ensure_one()
        self._legal_check_may_preview()
        return {
            "type": "ir.actions.act_url",
            "url": f"/legal/sample/{self.id}/{design}.pdf",
            "target": "new",
        }

    def _legal_check_may_preview(self):
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("Samples of invoices are shown to people of the firm only.")
            )
        self.check_access("read")

    def _legal_get_sample_values(self, design):
        """Return what the template shows, as for an invoice; nothing is recorded."""
        self.ensure_one()
        company = self.with_context(lang=self.env.lang)
        # A move in memory formats figures and words as invoices do.
        move = company.env["account.move"].new(
            {"company_id": self.id, "currency_id": self.currency_id.id}
        )
        sections, total, tax, advanced = self._legal_get_sample_sections(move)
        _ = self.env._
        today = fields.Date.context_today(self)
        due = today + timedelta(days=30)
        gross = float(total + tax + advanced)
        firm = company._legal_get_letterhead()
        if design == "contemporary":
            color = readable_accent(firm["color"])
            firm.update(color=color, tint=tint(color))
        return {
            "design": design,
            "title": _("Sample invoice"),
            "number": "F2026-00042",
            "firm": firm,
            "client": {
                "lines": [
                    "Ateliers Vauban SAS",
                    "12 rue des Forges",
                    f"69007{NO_BREAK}Lyon",
                ],
                "identities": [_("SIREN %(siren)s", siren="732 829 320")],
            },
            "meta": [
                (_("Issued on"), move._legal_format_date(today)),
                (_("Due on"), move._legal_format_date(due)),
                (_("Matter"), "D2026-014"),
            ],
            "object": _("Commercial dispute (D2026-014)"),
            "message": _(
                "A personal note to the client stands here, when there is one."
            ),
            "box": {
                "amount": move._legal_format_money(gross),
                "label": _("to pay by %(date)s", date=move._legal_format_date(due)),
            },
            "blocks": [
                {
                    "has_acts": bool(section["acts"]),
                    "has_shares": False,
                    "sections": [section],
                }
                for section in sections
            ],
            "method": [
                _(
                    "Time is counted in steps of %(step)s and charged at the hourly"
                    " rates of your fee agreement: time × rate = amount, before VAT.",
                    step=format_hours(0.1),
                )
            ],
            "meters": [
                {
                    "label": _("Cap"),
                    "percent": 62,
                    "tone": "calm",
                    "text": _(
                        "%(used)s of %(size)s excl. VAT (%(percent)s %%)",
                        used=move._legal_format_money(3100),
                        size=move._legal_format_money(5000),
                        percent="62",
                    ),
                }
            ],
            "taxes": [
                {
                    "rate": f"{SAMPLE_RATE}{NO_BREAK}%",
                    "base": move._legal_format_amount(float(total)),
                    "amount": move._legal_format_amount(float(tax)),
                },
                {
                    "rate": _("Outside VAT (disbursements)"),
                    "base": move._legal_format_amount(float(advanced)),
                    "amount": move._legal_format_amount(0.0),
                },
            ],
            "totals": [
                {
                    "label": label,
                    "amount": move._legal_format_money(float(amount)),
                    "is_total": is_total,
                }
                for label, amount, is_total in (
                    (_("Total excl. VAT"), total, False),
                    (_("VAT %(rate)s", rate=f"{SAMPLE_RATE}{NO_BREAK}%"), tax, False),
                    (_("Disbursements, outside VAT"), advanced, False),
                    (_("Total incl. VAT"), gross, True),
                )
            ],
            "payment": self._legal_get_sample_payment(),
            "thanks": (company.legal_invoice_thanks or "").strip(),
            "mentions": self._legal_get_sample_mentions(),
            "words": move._legal_get_words(),
        }

    def _legal_get_sample_sections(self, move):
        """Return (sections, total before VAT, VAT, disbursements), all adding up."""
        _ = self.env._
        today = fields.Date.context_today(self)
        worked = [
            (21, _("Study of the exhibits and first conclusions"), "3.5", "280"),
            (14, _("Meeting with the client"), "1.5", "280"),
            (9, _("Research on the limitation period"), "2.2", "180"),
            (3, _("Drafting of the reply to the other party"), "4.1", "220"),
        ]
        acts, fee_total, hours_total = [], Decimal(0), Decimal(0)
        for days, narrative, hours, rate in worked:
            amount = fees.round_money(Decimal(hours) * Decimal(rate), Decimal("0.01"))
            fee_total += amount
            hours_total += Decimal(hours)
            acts.append(
                {
                    "date": move._legal_format_short_date(today - timedelta(days=days)),
                    "narrative": narrative,
                    "who": "Claire Aubry",
                    "grade": "",
                    "hours": format_hours(float(hours)),
                    "rate": move._legal_format_amount(float(rate)),
                    "amount": move._legal_format_amount(float(amount)),
                    "is_free": False,
                }
            )
        expense, advanced = Decimal("84.50"), Decimal("225.00")
        frame = {"heading": "", "matter_subtotal": "", "shares": []}
        titles = self.env["legal.money.category"]._get_section_titles()

        def section(code, amount, own_acts=(), lines=(), hours=""):
            return {
                **frame,
                "code": code,
                "title": titles[code],
                "acts": list(own_acts),
                "lines": list(lines),
                "hours": hours,
                "subtotal_label": _(
                    "Subtotal %(section)s", section=titles[code].lower()
                ),
                "subtotal": move._legal_format_money(float(amount)),
            }

        def line(label, amount, tax):
            figure = move._legal_format_amount(float(amount))
            return {
                "date": move._legal_format_short_date(today - timedelta(days=14)),
                "label": label,
                "explanation": "",
                "quantity": "1",
                "price": figure,
                "tax": tax,
                "amount": figure,
            }

        sections = [
            section("fees", fee_total, acts, hours=format_hours(float(hours_total))),
            section(
                "expenses",
                expense,
                lines=[line(_("Train, hearing"), expense, f"{SAMPLE_RATE}{NO_BREAK}%")],
            ),
            section(
                "disbursements",
                advanced,
                lines=[line(_("Stamp of the appeal"), advanced, "–")],
            ),
        ]
        total = fee_total + expense
        tax = fees.round_money(total * SAMPLE_RATE / 100, Decimal("0.01"))
        return sections, total, tax, advanced

    def _legal_get_sample_payment(self):
        _ = self.env._
        move = self.env["account.move"].new({"company_id": self.id})
        payment = {
            "rows": [
                (_("IBAN"), "FR76 3000 6000 0112 3456 7890 189"),
                (_("BIC"), "AGRIFRPP"),
                (_("Reference to quote"), "F2026-00042"),
            ],
            "transfer": _("By bank transfer"),
            "link": SAMPLE_LINK,
            "online": _("Online, in a minute"),
        }
        payment["codes"] = move._legal_get_pay_codes(payment)
        return payment

    def _legal_get_sample_mentions(self):
        """Return the notices of today for a business, those that need no document."""
        today = fields.Date.context_today(self)
        # sudo: notices are public law, and whoever prints needs them.
        mentions = (
            self.env["legal.mention"]
            .sudo()
            .search(
                [
                    ("company_id", "in", (False, self.id)),
                    ("for_professional", "=", True),
                    ("document", "=", "all"),
                    ("vat_case", "=", "all"),
                    ("has_disbursement_only", "=", False),
                    ("sole_practitioner_only", "=", False),
                    ("is_optional", "=", False),
                    ("date_from", "<=", today),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", today),
                ]
            )
        )
        return [mention.text for mention in mentions if not mention._get_placeholders()]

    def _legal_render_sample(self, design):
        """Return the sample as the bytes of a file."""
        html = self.env["ir.qweb"]._render(
            "legal_billing.report_invoice_sample",
            {
                "doc": self._legal_get_sample_values(design),
                "design": design,
                "title": self.env._("Sample invoice"),
                "author": self.name,
                "lang": self.env.lang,
                "report_type": "pdf",
            },
        )
        return renderer.lay_out(str(html)).write()
