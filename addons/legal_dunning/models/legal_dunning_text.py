from collections import namedtuple

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, format_list, formatLang

from ..engine import letters, sms
from .legal_dunning_level import CLAIMING


def nl2br(text):
    """Return plain words as paragraphs of HTML."""
    paragraphs = (part.strip() for part in (text or "").split("\n\n"))
    return "".join(
        f"<p>{escape(part)}</p>".replace("\n", "<br/>") for part in paragraphs if part
    )


# One invoice of a message. Amounts are floats in the invoice's currency.
Entry = namedtuple(
    "Entry", "move level due_on asked interest indemnity percents", defaults=(0, 0, ())
)


class LegalDunningLevel(models.Model):
    """The words of a level: what may stand in braces, and what it becomes."""

    _inherit = "legal.dunning.level"

    preview_move_id = fields.Many2one(
        "account.move",
        "Shown on",
        compute="_compute_preview_move_id",
        store=False,
        readonly=False,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted')]",
    )
    preview_subject = fields.Char(
        compute="_compute_preview", export_string_translation=False
    )
    preview_html = fields.Html(
        compute="_compute_preview", sanitize=False, export_string_translation=False
    )
    placeholder_help = fields.Html(
        compute="_compute_placeholder_help",
        sanitize=False,
        export_string_translation=False,
    )

    @api.model
    def _get_placeholders(self):
        """Return {placeholder: what it becomes}."""
        return {
            "civ": self.env._("salutation"),
            "num": self.env._("number of the invoice"),
            "date": self.env._("date of the invoice"),
            "due": self.env._("due date"),
            "solde": self.env._("what is asked of this invoice, with its currency"),
            "montant": self.env._("total of the invoice, with its currency"),
            "lien": self.env._("link to pay online; in a letter, the QR code"),
            "iban": self.env._("IBAN of the firm"),
            "ref": self.env._("reference to quote with the payment"),
            "jour": self.env._("day of sending"),
            "limite": self.env._("last day to answer"),
            "date_n1": self.env._("day of the message before"),
            "dates": self.env._("days of all reminders since the due date"),
            "date_med": self.env._("date of the formal notice"),
            "pieces": self.env._("documents enclosed"),
            "mediation": self.env._("notice on consumer mediation"),
            "taux": self.env._("rate of the penalties"),
            "penalites": self.env._("penalties up to the day of sending"),
            "indemnite": self.env._("fixed indemnity for recovery"),
            "total": self.env._("balance, penalties and indemnity together"),
            "contact": self.env._("person who answers for the matter"),
            "tel": self.env._("telephone of that person, or of the firm"),
            "email": self.env._("e-mail of that person, or of the firm"),
            "cabinet": self.env._("name of the firm"),
            "bar": self.env._("bar of the firm"),
            "signature": self.env._("name of the person, then of the firm"),
            "fin": self.env._("closing words and signature"),
        }

    @api.depends("policy_id")
    def _compute_placeholder_help(self):
        rows = Markup("").join(
            Markup("<tr><td><code>{%s}</code></td><td>%s</td></tr>") % item
            for item in self._get_placeholders().items()
        )
        self.placeholder_help = Markup("<table>%s</table><p>%s</p>") % (
            rows,
            self.env._(
                "A passage in double brackets [[…]] is left out when something in it"
                " is not known."
            ),
        )

    # Preview ------------------------------------------------------------------

    @api.depends("policy_id")
    def _compute_preview_move_id(self):
        for level in self:
            level.preview_move_id = level.preview_move_id or level._find_sample_move()

    def _find_sample_move(self):
        """Return an invoice this level could speak of: unpaid, of its kind."""
        domain = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("company_id", "=", (self.company_id or self.env.company).id),
        ]
        kind = self.policy_id.client_kind
        unpaid = [("payment_state", "in", ("not_paid", "partial"))]
        of_kind = [("commercial_partner_id.commercial_client_kind", "=", kind)]
        Move = self.env["account.move"]
        for extra in (unpaid + of_kind, unpaid, []):
            move = Move.search(domain + extra, order="invoice_date_due", limit=1)
            if move:
                return move
        return Move

    @api.depends(
        "subject",
        "body_html",
        "sms_text",
        "call_script",
        "preview_move_id",
        "answer_days",
        "channel",
        "attach_invoices",
        "attach_agreement",
    )
    def _compute_preview(self):
        today = fields.Date.context_today(self)
        for level in self:
            move = level.preview_move_id
            if not move:
                level.preview_subject = False
                level.preview_html = Markup("<p>%s</p>") % self.env._(
                    "The text appears here on an invoice as soon as one is posted."
                )
                continue
            try:
                subject, text = level._preview_on(move, today)
            except (UserError, KeyError, ValueError) as error:
                subject = False
                text = Markup("<p>%s</p>") % level._explain_error(error)
            level.preview_subject = subject
            level.preview_html = text

    def _explain_error(self, error):
        if isinstance(error, KeyError):
            return self.env._(
                "The placeholder {%(name)s} does not exist.", name=error.args[0]
            )
        return str(error)

    def _preview_on(self, move, today):
        """Return the subject and the text as they would read on one invoice."""
        self.ensure_one()
        due_on = min(move._get_dunning_terms().mapped("date_maturity"), default=False)
        due_on = due_on or move.invoice_date_due or today
        asked = move.amount_residual or move.amount_total
        entry = Entry(move, self, due_on, asked)
        if self.is_claiming:
            entry = entry._replace(**move._get_dunning_claims(due_on, asked, today))
        lang = move._get_dunning_partner()._get_dunning_lang(move.company_id)
        level = self.with_context(lang=lang) if self._origin == self else self
        sample = level._get_letter_history(move) or [today]
        subject, text = level._render([entry], today, self.channel, lang, sample)
        if self.channel == "sms":
            text = Markup("<p>%s</p><p class='text-muted'>%s</p>") % (
                text,
                self.env._(
                    "%(count)s of %(limit)s characters",
                    count=sms.length(str(text.unescape())),
                    limit=sms.LIMIT,
                ),
            )
        return subject, text

    # Rendering ----------------------------------------------------------------

    def _get_words(self, channel, wording=None):
        """Return (subject, text) to fill: of the client, else of the policy."""
        self.ensure_one()
        if wording:
            return wording.subject or self.subject, wording.body_html
        if channel == "sms":
            return self.subject, self.sms_text
        if channel == "call" and self.call_script:
            return self.subject, nl2br(self.call_script)
        return self.subject, self.body_html

    def _render(self, entries, day, channel, lang, history=(), wording=None):
        """Return (subject, text) of this level for a payer's invoices.

        The text speaks of the first entry; the others stand in the table that
        the layout adds.

        :param list entries: :class:`Entry`, the main one first
        :param date day: day of sending
        :param history: days of the messages before, oldest first
        :param wording: words of the client's own, or None
        :raise UserError: a value that the text needs is not known
        """
        self.ensure_one()
        if channel == "sms" and not wording:
            return self._render_sms(entries, day, lang, history)
        values = self._get_values(entries, day, channel, lang, history)
        subject, text = self._get_words(channel, wording)
        if entries[0].move._is_dunning_claim_waived():
            text = letters.without_paragraphs(letters.keep(text, values), CLAIMING)
        subject, text = (letters.keep(part, values) for part in (subject, text))
        names = letters.missing([subject, text], values)
        if names:
            raise UserError(self._explain_missing(names[0], entries[0].move))
        html = {name: escape(values[name] or "") for name in letters.used(text)}
        plain = {n: values[n] or "" for n in letters.used(subject) if n != "lien"}
        return letters.fill(subject, plain), Markup(letters.fill(text, html))

    def _render_sms(self, entries, day, lang, history):
        """Return (subject, text) of a text message of one part.

        :raise UserError: the text is missing, or does not fit
        """
        move = entries[0].move
        values = self._get_values(entries, day, "sms", lang, history)
        text = letters.keep(self.sms_text or "", values)
        names = letters.missing([text], values)
        if names:
            raise UserError(self._explain_missing(names[0], move))
        if not text:
            raise UserError(
                self.env._(
                    "The level “%(level)s” has no text message: write it, or choose"
                    " another channel.",
                    level=self.name,
                )
            )
        text, places = sms.compose(text, values)
        if places > sms.LIMIT:
            raise UserError(
                self.env._(
                    "The text message of “%(level)s” about %(number)s takes %(count)s"
                    " characters, %(limit)s at most: shorten the text.",
                    level=self.name,
                    number=move.name,
                    count=places,
                    limit=sms.LIMIT,
                )
            )
        return self.subject and letters.fill(
            letters.keep(self.subject, values), values
        ), escape(text)

    def _get_values(self, entries, day, channel, lang, history):
        """Return what stands for each placeholder, worked out when a text asks."""
        main = entries[0]
        move = main.move.with_context(lang=lang)
        company = move.company_id
        env = move.env
        contact = move._get_dunning_contact()

        is_short = channel == "sms"

        def money(amount, currency=move.currency_id):
            if is_short:
                return formatLang(env(context={**env.context, "lang": lang}), amount)
            return format_amount(env, amount, currency, lang_code=lang)

        def when(date):
            form = "dd/MM/yy" if is_short else "d MMMM yyyy"
            return format_date(env, date, lang_code=lang, date_format=form)

        values = letters.Values(
            civ=lambda: move._get_dunning_partner()._get_dunning_salutation(lang),
            date=lambda: when(move.invoice_date),
            due=lambda: when(main.due_on),
            solde=lambda: money(main.asked),
            montant=lambda: money(move.amount_total),
            lien=lambda: move._get_dunning_link_html(channel),
            iban=move._get_dunning_iban,
            jour=lambda: when(day),
            limite=lambda: when(self._get_answer_date(day)),
            date_n1=lambda: when(history[-1]) if history else "",
            dates=lambda: format_list(
                env, [when(date) for date in history], lang_code=lang
            ),
            date_med=lambda: when(move._get_dunning_notice_date()),
            pieces=lambda: self._get_enclosure_words(env, main.move),
            mediation=move._get_dunning_mediation,
            fin=lambda: self._get_closing(env, values),
        )
        values |= {
            "num": move.name,
            "ref": move.payment_reference or move.name,
            "contact": contact["name"],
            "tel": contact["phone"],
            "email": contact["email"],
            "cabinet": company.name,
            "bar": company._get_dunning_bar(),
            "signature": company.name
            if is_short or contact["name"] == company.name
            else Markup("%s<br/>%s") % (contact["name"], company.name),
            "taux": "",
            "penalites": "",
            "indemnite": "",
            "total": "",
        }
        if main.percents:
            values |= {
                "taux": self._join_percents(env, main.percents),
                "penalites": money(main.interest),
                "indemnite": money(main.indemnity),
                "total": money(main.asked + main.interest + main.indemnity),
            }
        if is_short:
            values["lien"] = main.move._get_dunning_sms_link()
            values["tel"] = (values["tel"] or "").replace(" ", "")
        return values

    def _get_enclosure_words(self, env, move):
        """Return the names of what is enclosed, as the letter announces them."""
        names = []
        if self.attach_invoices:
            names.append(env._("invoice"))
        if self.attach_agreement and move._get_dunning_agreement_files():
            names.append(env._("fee agreement"))
        return ", ".join(names)

    def _get_closing(self, env, values):
        closing = env._(
            "Please accept, %(civ)s, the assurance of our best attention.",
            civ=values["civ"],
        )
        return Markup("%s</p><p>%s") % (closing, values["signature"])

    def _join_percents(self, env, percents):
        """Return "12,15 %" or "12,15 % puis 12,40 %"."""
        texts = [
            env._(
                "%(rate)s %%", rate=formatLang(env, float(percent), digits=2)
            ).replace(" ", "\N{NO-BREAK SPACE}")
            for percent in percents
        ]
        return env._(" then ").join(texts)

    def _explain_missing(self, name, move):
        """Return the sentence for a value the text needs and nobody entered."""
        company = move.company_id.name
        advice = {
            "iban": self.env._(
                "enter the bank account of %(company)s", company=company
            ),
            "tel": self.env._("enter the telephone of %(company)s", company=company),
            "email": self.env._("enter the e-mail of %(company)s", company=company),
            "bar": self.env._("enter the bar of %(company)s", company=company),
            "date_n1": self.env._("no earlier message was sent about it"),
            "dates": self.env._("no earlier message was sent about it"),
            "date_med": self.env._("no formal notice was sent about it"),
            "mediation": self.env._("the notice on mediation has a value missing"),
            "pieces": self.env._("nothing is enclosed"),
        }
        claims = self.env._("penalties are claimed from professionals only")
        return self.env._(
            "The text of “%(level)s” needs {%(name)s} for the invoice %(number)s:"
            " %(advice)s, or take it out of the text.",
            level=self.name,
            name=name,
            number=move.name,
            advice=advice.get(name, claims if name in CLAIMING else name),
        )

    def _get_letter_history(self, move):
        """Return the days of the messages already sent about an invoice."""
        lines = move.sudo().dunning_line_ids.filtered(
            lambda line: line.action_id.state == "sent"
        )
        return lines._get_reminder_days()
