import unicodedata

from num2words import num2words

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, get_lang

#: words that say nothing about the amount
_FILLERS = {"et", "and", "d", "de", "euro", "centime", "eur"}


class LegalPaymentPlan(models.Model):
    """What the client accepts, on paper: the acknowledgement and the schedule."""

    _inherit = "legal.payment.plan"

    def _in_client_language(self):
        self.ensure_one()
        contact = self.contact_id or self.partner_id
        lang = contact._get_dunning_lang(self.company_id)
        return self.with_context(lang=lang)

    def _make_document(self):
        """Return the document as a file on the plan."""
        self.ensure_one()
        # Rendered for real in tests as well: our renderer asks no web server.
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = Report._render_qweb_pdf(
            "legal_dunning.action_report_payment_plan", self.ids
        )
        return self.env["ir.attachment"].create(
            {
                "name": self._get_file_name(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "public": False,
            }
        )

    def _get_file_name(self):
        plan = self._in_client_language()
        stem = (
            plan.env._("payment-plan-accepted")
            if self.evidence_id
            else plan.env._("payment-plan")
        )
        return f"{stem}-{self.name.replace('/', '-')}.pdf"

    # The amount in words --------------------------------------------------------------

    def _get_amount_in_words(self, lang=None):
        """Return the sum in words of a language, as the law wants it written."""
        self.ensure_one()
        code = (lang or get_lang(self.env).code).split("_")[0]
        amount = f"{self.amount_total:.2f}"
        try:
            words = num2words(
                float(amount), lang=code, to="currency", currency=self.currency_id.name
            )
        except NotImplementedError:
            words = self.currency_id.amount_to_text(self.amount_total).lower()
        whole, _sep, cents = amount.partition(".")
        if not int(cents):
            # “and zero cents” is what no one writes
            words = words.rsplit(" et zéro", 1)[0].rsplit(", zero", 1)[0]
        if code == "fr" and int(whole) and not int(whole) % 1_000_000:
            words = words.replace(" euros", " d'euros")
        return words

    def _is_same_words(self, text):
        """Tell whether a typed amount in words is the plan's, in either language."""
        typed = _simplify(text)
        return bool(typed) and typed in {
            _simplify(self._get_amount_in_words(code)) for code in ("fr", "en")
        }

    # The text ---------------------------------------------------------------------

    def _get_acknowledgement(self, name=None):
        """Return the acknowledgement of debt, in the law's French.

        :raise UserError: no text is recorded for the day
        """
        self.ensure_one()
        day = self.signed_on or self.company_id._get_dunning_today()
        text = self.env["legal.parameter"]._get("plan_acknowledgement", day)
        in_french = self.with_context(lang="fr_FR")
        moves = self.sudo().invoice_ids.move_id
        values = {
            "name": self._get_debtor(name),
            "firm": self.company_id.name,
            "words": self._get_amount_in_words("fr"),
            "figures": in_french._format_money(self.amount_total),
            "invoices": in_french._get_invoice_list(moves),
            "place": self.company_id.city or "",
            "date": in_french._format_date(day),
        }
        try:
            return text.format_map(values)
        except (KeyError, ValueError, IndexError) as error:
            raise UserError(
                self.env._(
                    "The acknowledgement of debt under Configuration › Legal values"
                    " (plan_acknowledgement) holds {%(name)s}, which nothing fills:"
                    " use %(known)s.",
                    name=str(error).strip("'"),
                    known=", ".join(f"{{{key}}}" for key in values),
                )
            ) from None

    def _get_debtor(self, name):
        """Return who acknowledges: a person, for himself or for his company."""
        payer = self.partner_id
        name = name or self.contact_id.name or payer.name
        if not payer.is_company or name == payer.name:
            return name
        return f"{name}, agissant pour {payer.name},"

    def _get_invoice_list(self, moves):
        """Return “la facture F1 du …” or “les factures F1 du …, F2 du …”."""
        items = ", ".join(
            f"{move.name} du {self._format_date(move.invoice_date)}" for move in moves
        )
        return f"des factures {items}" if len(moves) > 1 else f"de la facture {items}"

    def _get_clauses(self):
        """Return the terms, a sentence each, in the reader's language."""
        _ = self.env._
        kind = self.sudo().invoice_ids.move_id[:1]._legal_get_client_kind()
        clauses = [
            _("Paying by instalments costs nothing: no fee is added.")
            if kind == "consumer"
            else "",
            _("While the plan is kept, no reminder is sent about these invoices."),
        ]
        if kind != "consumer":
            clauses.append(
                _("No late-payment interest runs while the plan is kept.")
                if self.is_interest_frozen
                else _("Late-payment interest goes on running under the law.")
            )
        clauses.append(
            _(
                "After %(count)s missed instalments and a notice of %(days)s days left"
                " without effect, the whole of what is left falls due.",
                count=self.max_missed,
                days=self.company_id.plan_notice_days,
            )
        )
        if self.early_rebate_percent:
            clauses.append(self._get_early_clause())
        clauses.append(
            _(
                "Accepting this plan acknowledges the debt: it interrupts its"
                " prescription (French civil code, article 2240)."
            )
        )
        return [clause for clause in clauses if clause]

    def _get_early_clause(self):
        _ = self.env._
        percent = f"{self.early_rebate_percent:g}"
        if self.early_until:
            return _(
                "Whoever pays all that is left at once by %(day)s is given a rebate of"
                " %(percent)s %% of it, as a credit note.",
                day=self._format_date(self.early_until),
                percent=percent,
            )
        return _(
            "Whoever pays all that is left at once is given a rebate of %(percent)s %%"
            " of it, as a credit note.",
            percent=percent,
        )

    def _get_document_values(self):
        """Return all that the document shows, as plain values."""
        self.ensure_one()
        plan = self._in_client_language()
        _ = plan.env._
        moves = plan.sudo().invoice_ids
        return {
            "title": _("Payment plan %(number)s", number=plan.name),
            "object": _("Payment plan"),
            "references": [(_("Our reference:"), plan.name)],
            "place_date": plan.company_id._legal_get_place_date(),
            "intro": _(
                "You owe us %(total)s (%(words)s) for the invoices below. We agree on"
                " its payment as follows.",
                total=plan._format_money(plan.amount_total),
                words=plan._get_amount_in_words(),
            ),
            "invoices_label": _("Invoices"),
            "schedule_label": _("Instalments"),
            "terms_label": _("Terms"),
            "heads": [_("Invoice"), _("Date"), _("On the plan")],
            "schedule_heads": [_("No."), _("To pay by"), _("Amount")],
            "total_label": _("Total"),
            "total": plan._format_money(plan.amount_total),
            "invoices": [
                (
                    row.move_id.name,
                    plan._format_date(row.move_id.invoice_date),
                    plan._format_money(row.amount),
                )
                for row in moves
            ],
            "rows": [
                (
                    str(number),
                    plan._format_date(row.due_on),
                    plan._format_money(row.amount),
                )
                for number, row in enumerate(plan.instalment_ids.sorted("due_on"), 1)
            ],
            "clauses": plan._get_clauses(),
            "acknowledgement_label": _("Acknowledgement of debt"),
            "acknowledgement": plan._get_acknowledgement(
                plan.evidence_id.sudo().typed_name
            ),
            "for_firm": _(
                "For the firm: %(name)s", name=plan.user_id.name or plan.company_id.name
            ),
            "signed": plan._get_signed() if plan.evidence_id else {},
        }

    def _get_signed(self):
        """Return the proof of who accepted, when, from where, and what."""
        _ = self.env._
        # sudo: part of the document of its own payer
        evidence = self.evidence_id.sudo()
        moment = format_datetime(
            self.env,
            evidence.accepted_at,
            tz=self.company_id._get_legal_tz().zone,
            dt_format="d MMMM y HH:mm",
        )
        channels = dict(evidence._fields["channel"]._description_selection(self.env))
        rows = [
            (_("What was accepted"), evidence.statement),
            (_("Name typed by the signatory"), evidence.typed_name),
            (
                _("Date and time"),
                f"{moment} ({evidence.accepted_at:%Y-%m-%d %H:%M:%S} UTC)",
            ),
            (_("IP address"), evidence.ip),
            (_("Browser"), evidence.agent),
            (_("Access"), channels[evidence.channel]),
            (_("SHA-256 of the document read"), evidence.sha256),
        ]
        return {
            "title": _("Evidence of the acceptance"),
            "line": _(
                "Accepted online by %(name)s on %(moment)s.",
                name=evidence.typed_name,
                moment=moment,
            ),
            "rows": [(label, value) for label, value in rows if value],
            "receipt": {
                "name": evidence.typed_name or "",
                "moment": moment,
                "digest": evidence.sha256,
            },
        }


def _simplify(text):
    """Return the words of an amount without accents, hyphens, plurals and fillers.

    >>> _simplify("Mille six cents trente-quatre Euros, et quarante centimes")
    ('mille', 'six', 'cent', 'trente', 'quatre', 'quarante')
    """
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    plain = "".join(char if char.isalpha() else " " for char in plain.lower())
    words = [word.rstrip("s") for word in plain.split()]
    return tuple(word for word in words if word not in _FILLERS)
