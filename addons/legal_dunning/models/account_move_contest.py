from odoo import Command, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ..engine import disputes
from ..engine.amounts import read as read_amount
from .legal_dunning_planning import to_decimal

LONGEST_WORDS = 4000
MOST_FILES = 3
LARGEST_FILE = 5_000_000
FILE_KINDS = ("application/pdf", "image/png", "image/jpeg")


class AccountMove(models.Model):
    """What a client asks or contests on the page of his invoice.

    Callers checked the link or the sign-in and pass the record in sudo; what comes
    from the browser is judged here.
    """

    _inherit = "account.move"

    # What can be contested ------------------------------------------------------

    def _get_contestable_acts(self):
        """Return {(invoice line id, act id): amount incl. VAT} of what is shown."""
        self.ensure_one()
        amounts = {}
        is_gathered = (
            self.invoice_text_policy == "neutral" or self._legal_get_share_key()
        )
        # sudo: sums by id; nothing of what was done leaves
        for line in self.sudo()._get_lines_to_contest():
            own = line.prebill_line_ids.filtered(lambda li: li.kind == "time")
            if not own or is_gathered:
                continue
            shares = line._legal_get_shares()
            rate = line.price_total / line.price_subtotal if line.price_subtotal else 0
            for key, acts in own._group_shown().items():
                ordered = acts.sorted(lambda act: (act.date, act.id))
                main = key if isinstance(key, int) else ordered[:1].id
                amounts[line.id, main] = line.currency_id.round(
                    sum(shares.get(act, 0.0) for act in acts) * rate
                )
        return amounts

    def _get_targets(self):
        """Return {key of the form: (line id, act id or None, amount)}.

        A key is ``a12`` for an act, ``l7`` for a line.
        """
        targets = {
            f"l{line.id}": (line.id, None, line.price_total)
            for line in self._get_lines_to_contest()
        }
        for (line_id, act_id), amount in self._get_contestable_acts().items():
            if self.currency_id.compare_amounts(amount, 0) > 0:
                targets[f"a{act_id}"] = (line_id, act_id, amount)
        return targets

    def _may_be_contested(self):
        """Tell whether the page lets the client contest something of it."""
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and not self._get_dispute_refusal()
            and self.currency_id.compare_amounts(
                self.amount_residual, self.disputed_amount
            )
            > 0
        )

    def _get_dispute_refusal(self):
        """Return why nothing more can be contested here, or nothing; a hook."""
        return ""

    # What comes in --------------------------------------------------------------

    def _client_contest(self, kind, keys, amount, words, contact, files=()):
        """Take a question or a dispute of the client.

        :param kind: ``dispute`` or ``question``
        :param keys: what is ticked, see :meth:`_get_targets`; unknown ones are refused
        :param amount: an amount typed instead, as text, or nothing
        :param contact: who speaks
        :param files: [(name, bytes)]
        :return: (outcome, dispute); outcome is ``done``, ``again`` or ``empty``
        :raise UserError: a sentence for the client
        """
        self.ensure_one()
        self._legal_lock_payment()
        words = (words or "").strip().replace("\r\n", "\n")[:LONGEST_WORDS]
        Dispute = self.env["legal.dispute"]
        if not words:
            return "empty", Dispute
        twin = self.dispute_ids.filtered(
            lambda d: d.is_open and d.kind == kind and d.grounds == words
        )[:1]
        if twin:
            return "again", twin
        files = self._check_files(files)
        vals = {
            "move_id": self.id,
            "kind": kind,
            "raised_by": "client",
            "contact_id": contact.id,
            **self._prepare_part(kind, keys, amount),
        }
        try:
            dispute = Dispute.create(vals)
        except ValidationError as error:
            raise UserError(error.args[0]) from None
        word = dispute._say(words, side="client", is_grounds=True)
        word._attach(files)
        dispute._take_client_word()
        return "done", dispute

    def _prepare_part(self, kind, keys, amount):
        """Return the values of what is named; the whole invoice if nothing is."""
        refusal = kind == "dispute" and self._get_dispute_refusal()
        if refusal:
            raise UserError(refusal)
        targets = self._get_targets()
        if set(keys) - set(targets):
            raise UserError(
                self.env._(
                    "A line that was ticked is not on invoice %(number)s: reload the"
                    " page, then tick it again.",
                    number=self.name,
                )
            )
        currency = self.currency_id
        taken = sum(self.dispute_ids.filtered("is_suspending").mapped("amount"))
        left = currency.round(self.amount_residual - taken)
        if kind == "dispute" and currency.compare_amounts(left, 0) <= 0:
            raise UserError(
                self.env._(
                    "Nothing of invoice %(number)s is left to contest: it is paid, or"
                    " in dispute already.",
                    number=self.name,
                )
            )
        if keys:
            chosen = [targets[key] for key in dict.fromkeys(keys)]
            amounts = [to_decimal(currency, row[2]) for row in chosen]
            if kind == "dispute":
                # no more than what is still to pay can be held back
                amounts = disputes.within(amounts, to_decimal(currency, left))
            return {
                "scope": "lines",
                "line_ids": [
                    Command.create(
                        {
                            "move_line_id": line_id,
                            "act_id": act_id,
                            "amount": float(part),
                        }
                    )
                    for (line_id, act_id, _amount), part in zip(
                        chosen, amounts, strict=True
                    )
                    if part > 0
                ],
            }
        stated = self._read_amount(amount)
        if stated is not None and kind == "dispute":
            return {"scope": "part", "amount_stated": stated}
        if taken:
            # part of it is in dispute already: all the rest
            return {"scope": "part", "amount_stated": left}
        return {"scope": "whole"}

    def _read_amount(self, text):
        """Return an amount as a client types it, or None for nothing.

        :raise UserError: it is no amount
        """
        if not (text or "").strip():
            return None
        amount = self.currency_id.round(float(read_amount(text) or 0))
        if not amount > 0:
            raise UserError(
                self.env._(
                    "The amount contested could not be read: write it in figures, as"
                    " 120,50, or leave it empty."
                )
            )
        return amount

    def _check_files(self, files):
        """Return the files to keep; what is too many, too large or no document is
        refused."""
        files = [(name, raw) for name, raw in files if raw]
        for name, raw in files:
            if len(raw) > LARGEST_FILE or guess_mimetype(raw) not in FILE_KINDS:
                raise UserError(
                    self.env._(
                        "%(file)s cannot be taken: send a PDF or a photograph of 5 MB"
                        " at the most.",
                        file=(name or self.env._("The file"))[:80],
                    )
                )
        if len(files) > MOST_FILES:
            raise UserError(
                self.env._(
                    "%(count)s files at the most: send the others to your lawyer.",
                    count=MOST_FILES,
                )
            )
        return files

    # The page ---------------------------------------------------------------------

    def _get_contest_page(self, kind, keys):
        """Return plain values for the form, in the client's language."""
        self.ensure_one()
        _ = self.env._
        targets = self._get_targets()
        shown = self._legal_get_portal_values()
        rows, opened = [], set()
        for section in shown["sections"]:
            for row in [*section["acts"], *section["lines"]]:
                key = row.get("contest_key")
                if not key or key in opened:
                    continue
                opened.add(key)
                rows.append(
                    {
                        "key": key,
                        "date": row["date"],
                        "label": row.get("narrative") or row.get("label"),
                        "amount": self._legal_format_money(targets[key][2]),
                        "is_chosen": key in keys,
                        "is_disputed": bool(row.get("dispute")),
                    }
                )
        chosen = [row for row in rows if row["is_chosen"]]
        is_dispute = kind == "dispute"
        refusal = self._get_dispute_refusal() if is_dispute else ""
        if is_dispute and not refusal and not self._may_be_contested():
            refusal = _("Nothing of this invoice is left to contest.")
        return {
            "title": _(
                "%(document)s – %(firm)s",
                document=self._legal_get_portal_name(),
                firm=self.company_id.name,
            ),
            "firm": shown["firm"],
            "contact": shown["contact"],
            "kind": kind,
            "document": self._legal_get_portal_name(),
            "rows": chosen or rows,
            "is_narrow": bool(chosen),
            "refusal": refusal,
            "left": self._legal_format_money(
                max(self.amount_residual - self.disputed_amount, 0.0)
            ),
        }

    def _legal_get_portal_values(self, reader=None):
        page = super()._legal_get_portal_values(reader)
        page["disputes"] = []
        page["contest"] = {}
        if self.move_type != "out_invoice" or self.state != "posted":
            return page
        if page["is_detail_hidden"]:
            return page
        page["disputes"] = [
            dispute._get_page() for dispute in self.dispute_ids.sorted("id")
        ]
        page["dispute_base"] = f"/my/invoices/{self.id}/disputes"
        page["dispute_query"] = f"?access_token={self._portal_ensure_token()}"
        page["contest"] = {
            "ask_url": self._get_contest_url("question"),
            "contest_url": self._get_contest_url("dispute")
            if self._may_be_contested()
            else "",
        }
        return page

    def _get_contest_url(self, kind, key=""):
        part = f"&part={key}" if key else ""
        return self.get_portal_url(
            suffix="/contest", query_string=f"&kind={kind}{part}"
        )

    def _legal_get_portal_sections(self):
        """Add to each row what the client may do about it."""
        sections = super()._legal_get_portal_sections()
        targets = self._get_targets()
        may_contest = self._may_be_contested()
        states = self._get_disputed_targets()
        for section in sections:
            for kind, row in [
                *(("a", act) for act in section["acts"]),
                *(("l", line) for line in section["lines"]),
            ]:
                if not row.get("id"):
                    continue
                key = f"{kind}{row['id']}"
                row["dispute"] = states.get(key, "")
                row["ask_url"] = self._get_contest_url("question", key)
                row["contest_key"] = key if key in targets else ""
                is_free = key in targets and not row["dispute"] and may_contest
                row["contest_url"] = (
                    self._get_contest_url("dispute", key) if is_free else ""
                )
        return sections

    def _get_disputed_targets(self):
        """Return {key: id of the dispute it is in} of what is in dispute."""
        found = {}
        for dispute in self.dispute_ids.filtered("is_suspending"):
            for line in dispute.line_ids:
                key = (
                    f"a{line.act_id.id}" if line.act_id else f"l{line.move_line_id.id}"
                )
                found[key] = dispute.id
                if not line.act_id:
                    for line_id, act_id in self._get_contestable_acts():
                        if line_id == line.move_line_id.id:
                            found[f"a{act_id}"] = dispute.id
        return found

    # What is asked and what may be paid ---------------------------------------------

    def _legal_get_asked(self):
        """Ask for no more than what is not contested."""
        asked = super()._legal_get_asked()
        if self.disputed_amount:
            free = self.currency_id.round(self.amount_residual - self.disputed_amount)
            asked = {**asked, "amount": min(asked["amount"], max(free, 0.0))}
        return asked

    def _legal_get_portal_due(self):
        due = super()._legal_get_portal_due()
        if not self.disputed_amount:
            return due
        _ = self.env._
        contested = self._legal_format_money(self.disputed_amount)
        asked = self._legal_get_asked()["amount"]
        if self.currency_id.is_zero(asked):
            return {
                "tone": "calm",
                "amount": contested,
                "headline": _("contested"),
                "detail": _(
                    "We are looking into it: nothing is asked of you until then."
                ),
            }
        return {
            **due,
            "detail": _(
                "You contest %(contested)s: this is the rest of the invoice.",
                contested=contested,
            ),
        }

    def _legal_check_part(self, part, amount):
        """Refuse a payment whose part is no longer what the page showed.

        Callers hold :meth:`_legal_lock_payment`.

        :param part: ``undisputed``, ``all`` (the contested part too, as the client
            chose), or nothing: a page older than the dispute
        :raise UserError: a sentence for the client; nothing was charged
        """
        for move in self.filtered("disputed_amount"):
            if part == "all" and len(self) == 1:
                continue
            free = move._get_undisputed_open()
            is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
            compare = move.currency_id.compare_amounts
            if is_number and len(self) == 1 and compare(amount, free) <= 0:
                continue
            raise UserError(
                self.env._(
                    "A part of invoice %(number)s is contested, so %(free)s is to pay"
                    " for now, and nothing was charged: reload the page to pay that.",
                    number=move.name,
                    free=move._legal_format_money(free),
                )
            )
