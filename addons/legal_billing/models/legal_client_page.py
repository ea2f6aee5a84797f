from odoo import api, fields, models
from odoo.tools.misc import formatLang

from .account_move_print import _plain_spaces


class LegalClientLink(models.Model):
    """The page of one payer, as plain values in his language.

    What an addon has to show here it adds by its own override of a hook: the
    rows to pay (:meth:`_get_due_rows`), what is under way
    (:meth:`_get_pending_rows`), what is to come (:meth:`_get_coming_rows`), what
    awaits an answer (:meth:`_get_page_tasks`).
    """

    _inherit = "legal.client.link"

    def _in_client_language(self):
        """Return the link in its holder's language; documents get its own keys."""
        self.ensure_one()
        lang = self.contact_id.lang or self.partner_id.lang or self.env.lang
        return self.with_context(
            lang=lang, legal_client_link=self.id or 0, legal_signed_in=not self.id
        )

    @api.model
    def _as_of(self, partner, company, reader=None):
        """Return the page of a payer for somebody signed in: no link is made.

        :param reader: the person of the firm who looks at it, inside his rights;
            nobody for the payer himself
        """
        page = self.new(
            {
                "partner_id": partner.commercial_partner_id.id,
                "contact_id": partner.id,
                "company_id": company.id,
                "kind": "mail",
            }
        )
        return page.with_context(legal_reader=reader.id) if reader else page

    def _keep_readable(self, records):
        """Leave out what the person of the firm who looks on may not read."""
        reader = self.env.context.get("legal_reader")
        if not reader:
            return records
        allowed = records.sudo(False).with_user(reader)._filtered_access("read")
        return records.browse(allowed.ids)

    def _format_money(self, amount, currency):
        return _plain_spaces(formatLang(self.env, amount + 0.0, currency_obj=currency))

    def _format_sum(self, totals):
        """Return sums of several currencies: 120,00 € + 50,00 $."""
        return " + ".join(
            self._format_money(total, currency) for currency, total in totals.items()
        )

    def _get_page(self):
        """Return all that the page shows. The caller has checked who reads it."""
        self.ensure_one()
        due = self._get_page_due()
        pending = self._get_page_pending()
        coming = self._get_page_coming()
        return {
            "title": self.env._("Your account – %(firm)s", firm=self.company_id.name),
            "situation": "due" if due else "pending" if pending else "nothing",
            "client": self.partner_id.name,
            "firm": self._get_page_firm(),
            "words": self._get_page_words(),
            "hero": self._get_page_hero(due, pending, coming),
            "due": due,
            "choice": self._get_page_choice(due),
            "pending": pending,
            "tasks": self._get_page_tasks(),
            "coming": coming,
            "credits": self._get_page_credits(),
            "receipts": self._get_page_receipts(),
            "settled": self._get_page_settled(),
            "matters": self._get_page_matters(),
            "transfer": self._get_page_transfer(due),
            "contact": self._get_page_contact(),
            "is_on_paper": self.kind == "paper",
        }

    def _get_page_firm(self):
        return self.company_id._legal_get_page_firm()

    def _get_page_words(self):
        """Return the firm's own words, in the reader's language."""
        company = self.company_id.with_context(lang=self.env.lang)
        return {
            "welcome": (company.legal_client_welcome or "").strip(),
            "under_total": (company.legal_client_word or "").strip(),
        }

    # -- the payer's documents ---------------------------------------------------

    def _get_moves_domain(self, private=None):
        """Return the domain of what was invoiced to this payer, and to no other.

        :param private: :meth:`_get_private_clients`, where the caller knows them
        """
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("commercial_partner_id", "=", self.partner_id.id),
            ("is_legal", "=", True),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")),
        ]
        if private is None:
            private = self._get_private_clients()
        if private:
            domain.append(("matter_ids.partner_id", "not in", private.ids))
        return domain

    def _get_private_clients(self):
        """Return the people of the payer whose own matters are theirs alone.

        A director in his own divorce is not read by his company.
        """
        self.ensure_one()
        return self._get_all_private_clients()[self.id]

    def _get_all_private_clients(self):
        """Return {link id: people of its payer whose matters are theirs alone}."""
        rows = self.env["legal.matter"]._read_group(
            [("partner_id.commercial_partner_id", "in", self.partner_id.ids)],
            ["partner_id"],
        )
        clients = self.env["res.partner"].union(*(partner for (partner,) in rows))
        by_payer = clients.grouped("commercial_partner_id")
        return {
            link.id: by_payer.get(link.partner_id, clients.browse())
            - link._get_readable_partners()
            for link in self
        }

    def _get_readable_partners(self):
        """Return whom the holder of the link speaks for: himself and those above."""
        found = self.env["res.partner"]
        left = self.contact_id | self.partner_id
        while left:
            found |= left
            left = left.parent_id - found
        return found.filtered("active")

    def _may_read_partner(self, partner):
        return partner not in self._get_private_clients()

    def _get_moves(self, domain=(), **kw):
        Move = self.env["account.move"].with_context(self.env.context)
        return self._keep_readable(
            Move.search([*self._get_moves_domain(), *domain], **kw)
        )

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

    def _get_provisions_domain(self):
        """Return the domain of what was requested of this payer, and of no other."""
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("partner_id", "not in", self._get_private_clients().ids),
        ]

    def _get_asked_provisions(self):
        """Return the requests for a provision that nothing was paid on yet."""
        provisions = self.env["legal.provision"].search(
            [*self._get_provisions_domain(), ("state", "=", "requested")],
            order="due_on, id",
        )
        return self._keep_readable(provisions)

    # -- head ----------------------------------------------------------------------

    def _get_page_hero(self, due, pending, coming):
        """Return the one thing the page says: how much, by when."""
        _ = self.env._
        firm = self.company_id.name
        late, later = self._sum_rows(due, "late"), self._sum_rows(due, "later")
        hero = {"tone": "calm", "amount": "", "headline": "", "detail": ""}
        asked = self._sum_rows(due, "late", "now")
        if asked:
            hero["amount"] = self._format_sum(asked)
            hero["headline"] = _("to pay now")
            details = []
            if late and late == asked:
                hero.update(tone="late", headline=_("overdue"))
                details.append(
                    _("If you have just paid, thank you: please disregard this.")
                )
            elif late:
                hero["tone"] = "late"
                details.append(
                    _(
                        "%(amount)s of it is overdue.",
                        amount=self._format_sum(late),
                    )
                )
            if later:
                details.append(
                    _(
                        "%(amount)s falls due later.",
                        amount=self._format_sum(later),
                    )
                )
            hero["detail"] = " ".join(details)
        elif later:
            rows = [row for row in due if row["when"] == "later" and row["value"]]
            hero["amount"] = self._format_sum(later)
            hero["headline"] = (
                _("to pay by %(date)s", date=rows[0]["day"])
                if len({row["on"] for row in rows}) == 1
                else _("to pay, the first by %(date)s", date=rows[0]["day"])
            )
        elif pending:
            hero["headline"] = _("Payment under way")
            hero["detail"] = _(
                "You have nothing more to do: this page will say when the payment has"
                " reached us, in general within minutes."
            )
        else:
            hero.update(
                tone="done",
                headline=_("Nothing to pay"),
                detail=_("You owe nothing to %(firm)s today.", firm=firm),
            )
            if coming:
                hero["detail"] += " " + _(
                    "Next: %(amount)s on %(date)s.",
                    amount=coming[0]["amount"],
                    date=coming[0]["date"],
                )
        return hero

    def _sum_rows(self, rows, *when):
        totals = {}
        for row in rows:
            if row["when"] in when and row["value"]:
                currency = self.env["res.currency"].browse(row["currency_id"])
                totals[currency] = currency.round(
                    totals.get(currency, 0.0) + row["value"]
                )
        return totals

    # -- hooks -------------------------------------------------------------------

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

    def _format_day(self, day):
        """Write the year only when it is not this one."""
        if not day:
            return ""
        move = self.env["account.move"].with_context(self.env.context)
        return move._legal_format_near_date(day, fields.Date.context_today(self))
