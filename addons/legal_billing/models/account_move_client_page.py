from odoo import fields, models

from .account_move_print import format_hours


class AccountMove(models.Model):
    """An invoice in a sentence, its history, and where its payer reads it."""

    _inherit = "account.move"

    # -- the page ----------------------------------------------------------------------

    def _legal_get_portal_values(self, reader=None):
        page = super()._legal_get_portal_values(reader)
        is_open = self.state == "posted" and not page["is_detail_hidden"]
        page["summary"] = self._legal_get_summary() if is_open else []
        page["history"] = self._legal_get_history() if is_open else []
        link = self.env["legal.client.link"].sudo()
        link = link.browse(self.env.context.get("legal_client_link") or 0).exists()
        page["annex_url"] = (
            self.get_portal_url(suffix="/annex")
            if link and self._legal_offers_annex(link)
            else ""
        )
        return page

    def _legal_offers_annex(self, link):
        """Tell whether this link gives the private annex: to the client, by mail."""
        return (
            self.state == "posted"
            and link.kind != "paper"
            and self._legal_is_for_client()
            and self._legal_has_annex()
        )

    # -- in a sentence -----------------------------------------------------------------

    def _legal_get_summary(self):
        """Return what was done and what it costs, in plain sentences.

        It tells no more than the invoice itself: neither hours nor names where the
        work is told in a neutral line.
        """
        if self.move_type != "out_invoice" or self.is_legal_deposit:
            return []
        detail = self._legal_get_detail()
        sentences = [self._legal_get_work_sentence(detail)]
        costs = sum(
            section["subtotal"]
            for section in detail
            if section["code"] in ("expenses", "disbursements")
        )
        if self.currency_id.compare_amounts(costs, 0.0) > 0:
            sentences.append(
                self.env._(
                    "Expenses and sums paid for you come to %(amount)s, each explained"
                    " below.",
                    amount=self._legal_format_money(costs),
                )
            )
        taken = sum(
            section["subtotal"] for section in detail if section["code"] == "provisions"
        )
        if self.currency_id.compare_amounts(taken, 0.0) < 0:
            sentences.append(
                self.env._(
                    "%(amount)s of provisions that you paid before come off.",
                    amount=self._legal_format_money(-taken),
                )
            )
        if not self.currency_id.is_zero(self.amount_tax):
            sentences.append(
                self.env._(
                    "With %(tax)s of VAT, the total is %(total)s.",
                    tax=self._legal_format_money(self.amount_tax),
                    total=self._legal_format_money(self.amount_total),
                )
            )
        return [sentence for sentence in sentences if sentence]

    def _legal_get_work_sentence(self, detail):
        _ = self.env._
        fees = sum(
            section["subtotal"] for section in detail if section["code"] == "fees"
        )
        if self.currency_id.compare_amounts(fees, 0.0) <= 0:
            return ""
        amount = self._legal_format_money(fees)
        acts = [act for section in detail for act in section["acts"]]
        hours = format_hours(sum(act["hours"] for act in acts))
        if not hours:
            return _("Our fees for this work are %(amount)s before VAT.", amount=amount)
        words = {"hours": hours, "amount": amount}
        spent = {}
        if self.invoice_text_policy != "kind":
            for act in acts:
                if act["who"]:
                    spent[act["who"]] = spent.get(act["who"], 0.0) + act["hours"]
        names = sorted(spent, key=lambda name: (-spent[name], name))
        # sudo: the name of the client's own lawyer
        lead = self.sudo().matter_ids.responsible_id[:1].name
        if lead in names:
            names.remove(lead)
            names.insert(0, lead)
        period = self._legal_get_summary_period(acts)
        if not names:
            sentence = _(
                "%(hours)s of work went into this matter, for %(amount)s before VAT.",
                **words,
            )
        elif len(names) == 1:
            sentence = _(
                "%(who)s worked %(hours)s on this matter, for %(amount)s before VAT.",
                who=names[0],
                **words,
            )
        elif len(names) == 2:
            sentence = _(
                "%(who)s and one colleague worked %(hours)s on this matter, for"
                " %(amount)s before VAT.",
                who=names[0],
                **words,
            )
        else:
            sentence = _(
                "%(who)s and %(count)s colleagues worked %(hours)s on this matter, for"
                " %(amount)s before VAT.",
                who=names[0],
                count=len(names) - 1,
                **words,
            )
        return f"{period}{sentence}"

    def _legal_get_summary_period(self, acts):
        """Return the days of the work as the head of a sentence."""
        days = [act["date"] for act in acts if act["date"]]
        if not days:
            return ""
        first, last = min(days), max(days)
        if first == last:
            return self.env._("On %(day)s, ", day=self._legal_format_date(first))
        pattern = self.new({"company_id": self.company_id.id})
        pattern.legal_period_from, pattern.legal_period_to = first, last
        return self.env._(
            "From %(first)s to %(last)s, ",
            first=pattern._legal_format_period_start(),
            last=self._legal_format_date(last),
        )

    # -- history -----------------------------------------------------------------------

    def _legal_get_history(self):
        """Return what happened to the document, oldest first; payments stand apart."""
        _ = self.env._
        rows = []
        if self.invoice_date:
            rows.append((self.invoice_date, _("Issued")))
        if self.legal_sent_on:
            day = fields.Datetime.context_timestamp(self, self.legal_sent_on).date()
            words = {
                "post": _("Sent by post"),
                "portal": _("Put online, with a notice"),
            }
            rows.append((day, words.get(self.legal_sent_by, _("Sent by e-mail"))))
        return [
            {"date": self._legal_format_short_date(day), "label": label}
            for day, label in rows
        ]

    # -- where the payer reads it ------------------------------------------------------

    def _legal_get_client_mail_url(self):
        """Return the address that e-mails about this document give its payer.

        Without its key: that is put in as the e-mail leaves, for the payer's own
        people; others get the document alone.
        """
        self.ensure_one()
        return self.env["legal.client.link"]._get_mail_url(
            self.company_id, self.partner_id, (f"i{self.id}",)
        )

    def _legal_get_code_url(self):
        """Return the address that the printed code of this document opens."""
        self.ensure_one()
        if self.company_id.legal_code_opens == "document":
            # sudo: the token of the portal, meant for the very client it goes to
            return self.get_base_url() + self.sudo().get_portal_url()
        link = self.env["legal.client.link"]._get_for(
            self.partner_id, self.company_id, self.partner_id, kind="paper"
        )
        return f"{link._get_url()}?row=i{self.id}"
