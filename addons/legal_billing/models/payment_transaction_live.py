from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount

from .account_move_online_payment import WIRE_CODES

#: what open screens listen to
CHANGED = "legal.online.payment/changed"
#: payments of one minute are told in one message
GATHER = timedelta(minutes=1)
#: what happened longer ago is no news
NEWS = timedelta(days=2)


class PaymentTransaction(models.Model):
    """The firm follows an online payment as it happens.

    Each step is a sentence on the invoice, and open screens show it at once. What
    came in is told to those who answer for it, payments of one minute together.
    """

    _inherit = "payment.transaction"

    legal_is_told = fields.Boolean(
        readonly=True, copy=False, help="The firm was told of this payment."
    )

    # -- which are ours --------

    def _legal_get_last(self):
        """Return the transaction that changed last, or none."""
        return self.sorted(lambda tx: (tx.last_state_change or tx.create_date, tx.id))[
            -1:
        ]

    def _legal_get_source(self):
        self.ensure_one()
        return self.source_transaction_id or self

    def _legal_is_ours(self):
        """Tell whether this pays a law firm's invoice or provision; a hook."""
        source = self._legal_get_source()
        return bool(source._legal_get_invoices() or source._legal_get_provisions())

    def _legal_get_provisions(self):
        """Return the requests for a provision that this pays."""
        return self.legal_provision_id | self.legal_share_ids.provision_id

    def _legal_get_matters(self):
        self.ensure_one()
        source = self._legal_get_source()
        return source.invoice_ids.matter_ids | source._legal_get_provisions().matter_id

    # -- in words --------

    def _legal_say_step(self, is_start=False):
        """Return what just happened in plain words, nothing for others' payments."""
        self.ensure_one()
        if not self._legal_is_ours() or self.operation == "validation":
            return ""
        # In the language of the firm, whoever's browser brought the news.
        lang = self.company_id.partner_id.lang
        self = self.with_context(lang=lang or self.env.lang)
        _ = self.env._
        values = {
            "payer": self.partner_id.name or "",
            "amount": self._legal_say_amount(),
            "means": self._legal_say_means(),
            "reference": self.reference,
            "why": self.state_message or _("no reason given"),
        }
        if self.operation == "refund":
            if self.state == "done":
                return _(
                    "%(amount)s was given back to %(payer)s online, by %(means)s"
                    " (%(reference)s).",
                    **values,
                )
            return ""
        if is_start:
            return _(
                "%(payer)s is about to pay %(amount)s online, by %(means)s"
                " (%(reference)s).",
                **values,
            )
        if self.state == "pending" and self.provider_code in WIRE_CODES:
            return _(
                "%(payer)s chose to pay %(amount)s by bank transfer (%(reference)s):"
                " nothing has come in yet.",
                **values,
            )
        words = {
            "pending": _(
                "The online payment of %(amount)s by %(payer)s is under way, by"
                " %(means)s (%(reference)s): nothing is certain yet.",
                **values,
            ),
            "authorized": _(
                "%(amount)s is reserved on the means of payment of %(payer)s"
                " (%(means)s, %(reference)s), and not taken yet.",
                **values,
            ),
            "done": _(
                "%(payer)s paid %(amount)s online, by %(means)s (%(reference)s).",
                **values,
            ),
            "cancel": _(
                "%(payer)s gave up the online payment of %(amount)s (%(reference)s):"
                " nothing was taken.",
                **values,
            ),
            "error": _(
                "The online payment of %(amount)s by %(payer)s was not taken"
                " (%(reference)s): %(why)s.",
                **{**values, "why": values["why"].rstrip(".")},
            ),
        }
        return words.get(self.state, "")

    def _legal_say_amount(self):
        """Return the amount, and that it is for several documents where it is.

        Which others is for those to read who may open them.
        """
        self.ensure_one()
        amount = format_amount(self.env, abs(self.amount), self.currency_id)
        count = len(self._legal_get_shares())
        if count < 2:
            return amount
        return self.env._(
            "%(amount)s for %(count)s documents", amount=amount, count=count
        )

    def _legal_say_means(self):
        """Return e.g. "card (Stripe)"."""
        self.ensure_one()
        method, provider = self.payment_method_id.name, self.provider_id.name
        return f"{method} ({provider})" if method and method != provider else provider

    def _get_sent_message(self):
        return self._legal_say_step(is_start=True) or super()._get_sent_message()

    def _get_received_message(self):
        return self._legal_say_step() or super()._get_received_message()

    def _log_message_on_linked_documents(self, message):
        """Tell it on a request for a provision too, which has no invoice yet."""
        result = super()._log_message_on_linked_documents(message)
        # sudo: the payment speaks, whoever's browser brought the news.
        for provision in self._legal_get_source()._legal_get_provisions().sudo():
            provision._message_log(body=message)
        return result

    # -- as it happens --------

    def _update_state(self, allowed_states, target_state, state_message):
        changed = super()._update_state(allowed_states, target_state, state_message)
        changed._legal_show_change()
        return changed

    def _post_process(self):
        res = super()._post_process()
        ours = self.filtered(lambda tx: tx._legal_is_ours())
        if ours:
            ours._legal_show_change()
            if any(tx.payment_id and not tx.legal_is_told for tx in ours):
                cron = self.env.ref("legal_billing.ir_cron_tell_online_payments")
                # sudo: the clock of the firm, asked to look in a minute.
                cron.sudo()._trigger(at=fields.Datetime.now() + GATHER)
        return res

    def _legal_show_change(self):
        """Let the open screens of those concerned read the change.

        Only ids travel; what they stand for is read with each one's rights.
        """
        for tx in self.filtered(lambda tx: tx._legal_is_ours()):
            source = tx._legal_get_source().sudo()
            matters = source._legal_get_matters()
            payload = {
                "account.move": source.invoice_ids.ids,
                "legal.provision": source._legal_get_provisions().ids,
                "legal.matter": matters.ids,
                "legal.prebill": source.invoice_ids.prebill_ids.ids,
            }
            people = matters.wall_user_ids | source.company_id.legal_online_user_ids
            accounting = self.env.ref("account.group_account_invoice").sudo()
            for user in people.filtered("active"):
                user._bus_send(CHANGED, payload)
            accounting._bus_send(
                CHANGED,
                {key: payload[key] for key in ("account.move", "legal.provision")},
            )

    # -- told to those who answer for it --------

    @api.model
    def _cron_tell_payments(self):
        """Tell each person of all that came in online since the last time."""
        # sudo: the clock speaks for the firm, each reader gets what is his.
        fresh = self.sudo().search(
            [
                ("state", "=", "done"),
                ("payment_id", "!=", False),
                ("legal_is_told", "=", False),
                ("operation", "not in", ("validation", "refund")),
                ("last_state_change", ">=", fields.Datetime.now() - NEWS),
            ],
            order="last_state_change, id",
        )
        fresh = fresh.filtered(lambda tx: tx._legal_is_ours())
        fresh.legal_is_told = True
        for company, own in fresh.grouped("company_id").items():
            for user, told in own._legal_get_readers(company).items():
                told._legal_tell(user.with_company(company))

    def _legal_get_readers(self, company):
        """Return {user: the payments he is told of}, as the firm set it."""
        readers = {}
        for tx in self:
            people = self.env["res.users"]
            if company.legal_tells_lead:
                for matter in tx._legal_get_matters():
                    lead = matter.responsible_id
                    if lead.active and matter._lets_in(lead):
                        people |= lead
            if company.legal_tells_accounting:
                people |= company.legal_online_user_ids.filtered("active")
            for user in people:
                readers.setdefault(user, self.browse())
                readers[user] |= tx
        return readers

    def _legal_tell(self, user):
        """Put one message in the inbox of a person, whatever the number."""
        words = self.with_context(lang=user.lang or self.env.lang)
        company = self.company_id[:1]
        amounts = [
            format_amount(words.env, sum(own.mapped("amount")), currency)
            for currency, own in self.grouped("currency_id").items()
        ]
        total = " + ".join(amounts)
        if len(self) == 1:
            subject = words.env._(
                "%(amount)s paid online by %(payer)s",
                amount=total,
                payer=self.partner_id.name or "",
            )
        else:
            subject = words.env._(
                "%(count)s online payments: %(amount)s", count=len(self), amount=total
            )
        body = words.env["ir.qweb"]._render(
            "legal_billing.online_payments_message",
            {
                "rows": [tx._legal_get_told_row(user) for tx in words],
                "total": total if len(self) > 1 else "",
            },
        )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=company.partner_id.id,
            subject=subject,
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _legal_get_told_row(self, user):
        """Return what a person reads of one payment, nothing behind a wall."""
        self.ensure_one()
        matters = self._legal_get_matters()
        seen = matters.filtered(lambda matter: matter._lets_in(user))
        numbers = [
            *self.invoice_ids.mapped("name"),
            *self._legal_get_provisions().mapped("name"),
        ]
        return {
            "payer": self.partner_id.name or "",
            "amount": format_amount(self.env, self.amount, self.currency_id),
            "means": self._legal_say_means(),
            "documents": ", ".join(number for number in numbers if number),
            "matters": [
                {
                    "label": matter._neutral_label(),
                    "url": f"/odoo/legal.matter/{matter.id}",
                }
                for matter in seen
            ],
        }
