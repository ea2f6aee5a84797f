from odoo import fields, models
from odoo.tools.misc import formatLang

from ..engine.colors import readable_accent
from .account_move_print import _plain_spaces

#: how many settled documents the page lists before it says there are more
MOST_SETTLED = 24


class LegalClientLink(models.Model):
    """The page of one payer, as plain values in his language.

    What an addon has to show here it adds by its own override of a hook: the
    rows to pay (:meth:`_get_page_due`), what awaits an answer
    (:meth:`_get_page_tasks`), what is to come (:meth:`_get_page_coming`).
    """

    _inherit = "legal.client.link"

    def _in_client_language(self):
        self.ensure_one()
        lang = self.contact_id.lang or self.partner_id.lang or self.env.lang
        return self.with_context(lang=lang)

    def _format_money(self, amount, currency):
        return _plain_spaces(formatLang(self.env, amount + 0.0, currency_obj=currency))

    def _get_page(self):
        """Return all that the page shows. The caller has checked who reads it."""
        self.ensure_one()
        due = self._get_page_due()
        return {
            "title": self.env._("Your account – %(firm)s", firm=self.company_id.name),
            "situation": "due" if due else "nothing",
            "firm": self._get_page_firm(),
            "hero": self._get_page_hero(due),
            "due": due,
            "tasks": self._get_page_tasks(),
            "coming": self._get_page_coming(),
            "settled": self._get_page_settled(),
            "matters": self._get_page_matters(),
            "contact": self._get_page_contact(),
        }

    def _get_page_firm(self):
        company = self.company_id
        firm = company._legal_get_letterhead()
        return {
            "name": firm["name"],
            "logo": firm["logo"],
            "bar": firm["bar"],
            "color": readable_accent(firm["color"]),
            "phone": company.phone or "",
            "email": company.email or "",
            "address": firm["address"],
        }

    # -- the payer's documents ---------------------------------------------------

    def _get_moves_domain(self):
        """Return the domain of what was invoiced to this payer, and to no other."""
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            ("commercial_partner_id", "=", self.partner_id.id),
            ("is_legal", "=", True),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")),
        ]

    def _get_moves(self, domain=(), **kw):
        Move = self.env["account.move"].with_context(self.env.context)
        return Move.search([*self._get_moves_domain(), *domain], **kw)

    def _get_open_moves(self):
        """Return the invoices of which something is left to pay, oldest due first."""
        return self._get_moves(
            [
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
                ("amount_residual", ">", 0),
            ],
            order="invoice_date_due, invoice_date, id",
        )

    def _get_page_due(self):
        """Return the rows that may be ticked and paid, oldest due first."""
        today = fields.Date.context_today(self)
        return [
            {
                "key": f"i{move.id}",
                "label": move._legal_get_portal_name(),
                "date": move._legal_format_near_date(move.invoice_date_due, today),
                "is_late": bool(
                    move.invoice_date_due and move.invoice_date_due < today
                ),
                "amount": self._format_money(
                    move._legal_get_asked()["amount"], move.currency_id
                ),
                "url": move.get_portal_url(),
                "situation": move._legal_get_situation(),
            }
            for move in self._get_open_moves()
        ]

    def _get_page_hero(self, due):
        _ = self.env._
        moves = self._get_open_moves()
        if not due:
            return {
                "tone": "done",
                "amount": "",
                "headline": _("Nothing to pay"),
                "detail": _("You owe nothing to %(firm)s.", firm=self.company_id.name),
            }
        totals = {}
        for move in moves:
            asked = move._legal_get_asked()["amount"]
            currency = move.currency_id
            totals[currency] = totals.get(currency, 0.0) + asked
        return {
            "tone": "late" if any(row["is_late"] for row in due) else "calm",
            "amount": " + ".join(
                self._format_money(total, currency)
                for currency, total in totals.items()
            ),
            "headline": _("to pay"),
            "detail": "",
        }

    def _get_page_settled(self):
        """Return what was paid or credited, newest first."""
        moves = self._get_moves(
            [
                "|",
                ("move_type", "=", "out_refund"),
                ("amount_residual", "=", 0),
            ],
            order="invoice_date desc, id desc",
            limit=MOST_SETTLED,
        )
        return [
            {
                "label": move._legal_get_portal_name(),
                "date": move._legal_format_date(move.invoice_date),
                "amount": self._format_money(move.amount_total, move.currency_id),
                "url": move.get_portal_url(),
            }
            for move in moves
        ]

    # -- hooks -------------------------------------------------------------------

    def _get_page_tasks(self):
        """Return what awaits the payer's answer: {label, detail, url, verb}."""
        return []

    def _get_page_coming(self):
        """Return what will be asked later: {label, date, amount}."""
        return []

    def _get_page_matters(self):
        """Return the payer's own matters: {label, url, ...}."""
        return []

    def _get_page_contact(self):
        """Return who to ask: the lawyer of the last invoice, else the firm."""
        move = self._get_moves(order="invoice_date desc, id desc", limit=1)
        if move:
            return move._legal_get_portal_contact()
        firm = self.company_id
        return {
            "name": firm.name,
            "role": "",
            "email": firm.email or "",
            "phone": firm.phone or "",
            "face": "",
        }
