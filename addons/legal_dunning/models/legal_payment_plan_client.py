from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import instalments
from .legal_dunning_planning import to_decimal
from .legal_payment_plan import IN_FORCE

LONGEST_NAME = 120


class LegalPaymentPlan(models.Model):
    """The client's side: what he proposes, reads, accepts and pays.

    Callers checked the link or the sign-in and pass records in sudo.
    """

    _inherit = "legal.payment.plan"

    # Proposing ----------------------------------------------------------------------

    @api.model
    def _client_propose(self, move, count, first_on, contact):
        """Take a client's proposal about an invoice; return the plan.

        Within what the firm accepts by itself it is offered at once, else the firm
        is asked.

        :raise UserError: a sentence for the client
        """
        move._legal_lock_payment()
        limits = move._get_plan_limits()
        plan = move._get_live_plan()
        if plan:
            return plan  # the second tab finds what the first one asked
        count, first_on = self._check_wish(move, limits, count, first_on)
        try:
            plan = self._prepare_for(
                move,
                instalment_count=count,
                first_on=first_on,
                proposed_by="client",
                contact_id=contact.id,
                state="asked",
            )
            plan._settle_wish()
        except ValidationError as error:
            raise UserError(error.args[0]) from None
        return plan

    def _client_counter(self, count, first_on):
        """Take another wish of the client on a plan that is not agreed yet."""
        self.ensure_one()
        self._lock()
        if self.state not in ("asked", "offered"):
            raise UserError(self._get_over_sentence())
        if not self.company_id.plan_online or len(self.invoice_ids) != 1:
            raise UserError(
                self.env._(
                    "This plan is agreed on with us directly: call us to change it."
                )
            )
        move = self.invoice_ids.move_id
        count, first_on = self._check_wish(
            move, move._get_plan_limits(), count, first_on
        )
        self.write(
            {
                "state": "asked",
                "rhythm": instalments.MONTH,
                "instalment_count": count,
                "first_on": first_on,
                "proposed_by": "client",
                "sent_digest": False,
                "expires_on": False,
            }
        )
        self._refresh_amounts()
        self._settle_wish()

    @api.model
    def _check_wish(self, move, limits, count, first_on):
        """Return number and first day, read and within the firm's limits."""
        if not limits:
            raise UserError(
                self.env._(
                    "Invoice %(number)s cannot be paid in instalments online: call us,"
                    " we will find a way.",
                    number=move.name,
                )
            )
        try:
            count, first_on = int(count), fields.Date.to_date(first_on)
        except (TypeError, ValueError):
            count, first_on = 0, None
        if not 2 <= count <= limits["most"]:
            raise UserError(
                self.env._(
                    "Choose between 2 and %(most)s instalments.", most=limits["most"]
                )
            )
        if not first_on or not limits["first"] <= first_on <= limits["last"]:
            raise UserError(
                self.env._(
                    "Choose a first day between %(first)s and %(last)s.",
                    first=move._legal_format_date(limits["first"]),
                    last=move._legal_format_date(limits["last"]),
                )
            )
        return count, first_on

    def _settle_wish(self):
        """Offer at once what the firm accepts by itself; ask the owner otherwise."""
        self.ensure_one()
        company = self.company_id
        ceiling = company.plan_auto_amount
        total = self.currency_id._convert(
            self.amount_total,
            company.currency_id,
            company,
            fields.Date.context_today(self),
        )
        if ceiling and company.currency_id.compare_amounts(total, ceiling) <= 0:
            self._offer()
            return
        summary = self.env._(
            "Answer the payment plan that %(payer)s asks for",
            payer=self.partner_id.name,
        )
        self._ask_owner(summary)
        self._tell_owner(summary)

    # Accepting ----------------------------------------------------------------------

    def _client_accept(self, name, figures, words, agrees, seen, proof):
        """Accept exactly what was read.

        :param str figures: the amount, typed; asked of consumers
        :param str words: the same in words
        :param str seen: the hash of the document the page showed
        :param dict proof: ``channel``, ``ip``, ``agent``, ``user_id``
        :return: ``done``, ``again``, ``changed``, ``name``, ``figures``, ``words``,
            ``agree``, ``expired`` or ``over``
        """
        self.ensure_one()
        self._lock()
        if self.state in IN_FORCE:
            return "again"
        if self.state != "offered":
            return "over"
        today = self.company_id._get_dunning_today()
        if self.expires_on < today:
            return "expired"
        if self._refresh_amounts():
            # A payment or a credit note came first: another sum is another document.
            if not self.invoice_ids:
                self._leave(("offered",), "cancelled")
                return "over"
            self._offer()
            return "changed"
        if (seen or "") != self.sent_digest or not self._is_document_intact():
            return "changed"
        if self.instalment_ids.sorted("due_on")[:1].due_on < today:
            return "expired"
        name = " ".join((name or "").split())[:LONGEST_NAME]
        if not name:
            return "name"
        if self._asks_for_amount():
            move = self.invoice_ids.move_id[:1]
            try:
                typed = move._read_amount(figures) or 0.0
            except UserError:
                typed = 0.0
            if self.currency_id.compare_amounts(typed, self.amount_total):
                return "figures"
            if not self._is_same_words(words):
                return "words"
        if not agrees:
            return "agree"
        self._begin(
            {
                "statement": self._get_acknowledgement(name),
                "typed_name": name,
                "partner_id": self.contact_id.id,
                "email": self.contact_id.email,
                **proof,
            }
        )
        return "done"

    def _is_document_intact(self):
        digest = self.env["legal.evidence"]._hash(self.sent_attachment_id.raw)
        return digest == self.sent_digest

    def _asks_for_amount(self):
        """Tell whether the signatory writes the amount himself, as a consumer must.

        Source: C. civ., art. 1376; between traders proof is free (C. com., L. 110-3).
        """
        kinds = {
            move._legal_get_client_kind() for move in self.sudo().invoice_ids.move_id
        }
        return bool(kinds & {"consumer", "nonprofessional"})

    # Paying -------------------------------------------------------------------------

    def _get_due(self, ignored=None):
        """Return (instalment, amount): the first one that is not paid in full.

        Payments under way count as made; never more than the invoices still owe.

        :param ignored: transactions that do not count, in practice the one being
            decided on
        """
        self.ensure_one()
        moves = self.invoice_ids.move_id
        running = moves._legal_get_running_transactions()
        if ignored:
            running -= ignored
        paid, credited = self._get_figures().get(self.id, (0, 0))
        paid += to_decimal(self.currency_id, sum(running.mapped("amount")))
        rows = self._follow((paid, credited))
        pairs = zip(self.instalment_ids.sorted("due_on"), rows, strict=True)
        open_amount = moves._legal_get_open_amount(ignored=ignored)
        for instalment, row in pairs:
            if row.left > 0:
                return instalment, min(float(row.left), open_amount)
        return self.instalment_ids.browse(), 0.0

    def _check_payment(self, instalment_id, amount):
        """Return (instalment, amount) to charge, worked out now.

        Callers hold :meth:`_lock`.

        :param instalment_id: the one the page showed
        :param amount: what the page showed for it
        :raise UserError: a sentence for the client; nothing was charged
        """
        self.ensure_one()
        if self.state not in IN_FORCE:
            raise UserError(self._get_over_sentence())
        moves = self.invoice_ids.move_id
        if moves._legal_get_running_transactions():
            raise UserError(
                self.env._(
                    "A payment of this plan is already under way, so nothing was"
                    " charged a second time: reload the page to follow it."
                )
            )
        instalment, due = self._get_due()
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        same = is_number and not self.currency_id.compare_amounts(amount, due)
        if not instalment or instalment.id != instalment_id or not same or due <= 0:
            raise UserError(
                self.env._(
                    "This instalment has changed meanwhile, and nothing was charged:"
                    " reload the page to see what is to pay."
                )
            )
        return instalment, due

    def _get_over_sentence(self):
        return self.env._(
            "The payment plan %(plan)s is %(state)s, and nothing was changed: reload"
            " the page, or call us.",
            plan=self.name,
            state=self._get_state_label().lower(),
        )

    # The page -----------------------------------------------------------------------

    def _get_situation(self):
        """Return what the page is about."""
        self.ensure_one()
        if self.state == "draft":
            return "closed"
        if self.state in IN_FORCE:
            if self.invoice_ids.move_id._legal_get_running_transactions():
                return "pending"
            return self.state
        today = self.company_id._get_dunning_today()
        if self.state == "offered" and self.expires_on < today:
            return "declined"
        return self.state

    def _get_page(self):
        """Return plain values; the page holds no record."""
        self.ensure_one()
        _ = self.env._
        situation = self._get_situation()
        move = self.invoice_ids.move_id[:1].with_env(self.env)
        rows = self._get_page_rows()
        due = next((row for row in rows if row["is_now"]), None)
        is_readable = situation not in ("closed", "cancelled", "declined")
        page = {
            "situation": situation,
            "title": _("Payment plan – %(firm)s", firm=self.company_id.name),
            "firm": move._legal_get_portal_firm(),
            "contact": move._legal_get_portal_contact(),
            "outcome": {},
            "hero": self._get_page_hero(situation, due),
            "number": self.name,
            "rows": rows if is_readable else [],
            "paid": self._format_money(self.amount_paid),
            "left": self._format_money(self.amount_left),
            "total": self._format_money(self.amount_total),
            "invoices": [
                {
                    "label": row.move_id.name,
                    "amount": self._format_money(row.amount),
                    "url": row.move_id.get_portal_url(),
                }
                for row in self.invoice_ids
            ]
            if is_readable
            else [],
            "clauses": self._get_clauses() if is_readable else [],
            "acknowledgement": self._get_acknowledgement(
                self.evidence_id.sudo().typed_name or "……"
            )
            if situation == "offered" or self.evidence_id
            else "",
            "signed": self._get_signed()["receipt"] if self.evidence_id else {},
            "digest": self.sent_digest or "",
            "expires_on": self._format_date(self.expires_on),
            "asks_for_amount": situation == "offered" and self._asks_for_amount(),
            "words": self._get_amount_in_words(),
            "has_document": bool(self._get_client_document()) and is_readable,
            "transfer": move._legal_get_payment_rows() if situation in IN_FORCE else [],
            "due_id": due and due["id"],
            "early": {},
            "limits": {},
        }
        if situation in ("asked", "offered") and len(self.invoice_ids) == 1:
            page["limits"] = self._get_page_limits(move)
        return page

    @api.model
    def _get_page_limits(self, move):
        """Return the choices of the form as plain values."""
        limits = move._get_plan_limits()
        if not limits:
            return {}
        quantum = move.currency_id.rounding
        choices = []
        for count in range(2, limits["most"] + 1):
            part = limits["total"] / count
            if part >= quantum:
                choices.append(
                    {
                        "count": count,
                        "label": self.env._(
                            "%(count)s × about %(amount)s a month",
                            count=count,
                            amount=move._legal_format_money(
                                move.currency_id.round(part)
                            ),
                        ),
                    }
                )
        return {
            "choices": choices,
            "first": fields.Date.to_string(limits["first"]),
            "last": fields.Date.to_string(limits["last"]),
            "total": move._legal_format_money(limits["total"]),
        }

    def _get_page_rows(self):
        standings = self._follow(self._get_figures().get(self.id))
        rows, is_first = [], True
        pairs = zip(self.instalment_ids.sorted("due_on"), standings, strict=True)
        for instalment, row in pairs:
            is_left = row.left > 0
            rows.append(
                {
                    "id": instalment.id,
                    "day": self._format_date(row.due_on),
                    "amount": self._format_money(float(row.amount)),
                    "left": self._format_money(float(row.left)),
                    "left_amount": float(row.left),
                    "is_part": is_left and row.paid > 0,
                    "is_paid": not is_left,
                    "is_missed": row.is_missed,
                    "is_now": is_left and is_first,
                }
            )
            is_first = is_first and not is_left
        return rows

    def _get_page_hero(self, situation, due):
        _ = self.env._
        total = self._format_money(self.amount_total)
        count = len(self.instalment_ids)
        hero = {"tone": "calm", "amount": total, "headline": "", "detail": ""}
        if situation == "asked":
            hero["headline"] = _("in %(count)s instalments: asked for", count=count)
            hero["detail"] = _(
                "We have your proposal and will answer you; no reminder leaves until"
                " then."
            )
        elif situation == "offered":
            hero["headline"] = _("in %(count)s instalments", count=count)
            hero["detail"] = _(
                "Read it and accept it below by %(day)s.",
                day=self._format_date(self.expires_on),
            )
        elif situation in IN_FORCE and due:
            hero["amount"] = due["left"]
            hero["headline"] = (
                _("was due on %(date)s", date=due["day"])
                if due["is_missed"]
                else _("to pay by %(date)s", date=due["day"])
            )
            hero["tone"] = "late" if situation == "late" else "calm"
            hero["detail"] = _(
                "%(left)s left of %(total)s.",
                left=self._format_money(self.amount_left),
                total=total,
            )
        elif situation == "pending":
            hero["headline"] = _("payment under way")
            hero["detail"] = _("This page will say when it has reached us.")
        elif situation == "done":
            hero.update(tone="done", headline=_("settled, thank you"))
        elif situation == "broken":
            hero["tone"] = "late"
            hero["headline"] = _("the plan has ended")
            hero["detail"] = _(
                "Instalments were missed: all that is left, %(left)s, is to pay now."
                " Call us if that is difficult.",
                left=self._format_money(
                    sum(self.invoice_ids.move_id.mapped("amount_residual"))
                ),
            )
        else:
            hero["amount"] = ""
            hero["headline"] = _("This plan is closed")
            hero["detail"] = _("Call us, or ask for another one from your invoice.")
        return hero

    def _get_client_document(self):
        """Return the file the client may download now: accepted, else as offered."""
        return self.signed_attachment_id or (
            self.sent_attachment_id if self.state == "offered" else False
        )

    def _get_wish_preview(self, move, count, first_on):
        """Return the schedule of a wish, with the very engine of the plan."""
        limits = move._get_plan_limits()
        count, first_on = self._check_wish(move, limits, count, first_on)
        currency = move.currency_id
        quantum = to_decimal(currency, currency.rounding)
        schedule = instalments.equal(
            to_decimal(currency, limits["total"]), count, first_on, quantum
        )
        return [
            {
                "day": move._legal_format_date(row.due_on),
                "amount": move._legal_format_money(float(row.amount)),
            }
            for row in schedule
        ]

    def _get_default_wish(self, company):
        today = company._get_dunning_today()
        return {"count": "3", "first_on": fields.Date.to_string(today + timedelta(7))}

    def _check_part_payment(self, part, amount):
        """Return (amount, values of the transaction) of what the page offered.

        :param part: ``i`` and the id of an instalment
        """
        number = part[1:] if part[:1] == "i" and part[1:].isdigit() else "0"
        instalment, due = self._check_payment(int(number), amount)
        return due, {"legal_instalment_id": instalment.id}
