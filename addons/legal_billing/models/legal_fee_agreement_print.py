from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, html2plaintext, html_sanitize
from odoo.tools.misc import formatLang

from odoo.addons.legal_timesheet.engine.rounding import DAY

from .account_move_print import NO_BREAK, _plain_spaces
from .legal_fee_term_mixin import TIME_KINDS

#: notes of invoices that a client must read before he signs: lateness, discount
LATENESS_NOTES = ("PMD", "PMT", "AAB")


class LegalFeeAgreement(models.Model):
    """The words of the agreement, as plain values: the page and the PDF read them.

    Made anew while it is a draft, and frozen when it is sent.
    """

    _inherit = "legal.fee.agreement"

    def _get_document(self):
        """Return the content to print: frozen if the client was sent it."""
        self.ensure_one()
        # sudo: frozen words of the same agreement, which the reader may read
        frozen = self.state != "draft" and self.sudo().sent_content
        return frozen or self._get_document_content()

    def _get_document_title(self):
        self.ensure_one()
        if self.version > 1:
            return self.env._("Amendment no. %(rank)s", rank=self.version - 1)
        return self.env._("Fee agreement")

    def _get_document_file_name(self, signed=False):
        name = self.name.replace("/", "-")
        if signed:
            return self.env._("%(name)s-signed.pdf", name=name)
        return f"{name}.pdf"

    def _get_document_content(self):
        """Return all that the document says, in the language of the context."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        articles = self._get_articles()
        for rank, article in enumerate(articles, start=1):
            article["number"] = rank
        return {
            "title": self._get_document_title(),
            "name": self.name,
            "date": format_date(self.env, today, date_format="d MMMM y"),
            "firm": self._get_firm_block(),
            "client": self._get_client_block(),
            "meta": [
                [label, value]
                for label, value in (
                    (self.env._("Reference"), self.name),
                    (self.env._("Matter"), self.matter_id.display_name),
                    (self.env._("Applies from"), self._say_date(self.date_from)),
                    (
                        self.env._("Applies until"),
                        self.date_to and self._say_date(self.date_to),
                    ),
                )
                if value
            ],
            "articles": articles,
            "estimate": (self._say_document_estimate() or [""])[0],
            "facts_digest": self._get_facts_digest(),
        }

    def _say_date(self, day):
        return format_date(self.env, day, date_format="d MMMM y")

    def _say_amount(self, amount):
        text = formatLang(self.env, amount or 0.0, currency_obj=self.currency_id)
        return _plain_spaces(text)

    # -- parties ---------------------------------------------------------------

    def _get_firm_block(self):
        company = self.company_id
        head = company._legal_get_letterhead()
        lead = self.matter_id.responsible_id
        return {
            "label": self.env._("The firm"),
            "name": head["name"],
            "lines": [
                *head["address"],
                *([head["bar"]] if head["bar"] else []),
            ],
            "ids": head["identity"],
            "by": lead and self.env._("represented by %(name)s", name=lead.name) or "",
        }

    def _get_client_block(self):
        client = self.matter_id.partner_id
        lines = self.company_id._legal_get_addressee(client)
        siren = client._legal_get_siren()
        ids = []
        if siren:
            ids.append(
                self.env._(
                    "SIREN %(siren)s",
                    siren=NO_BREAK.join((siren[:3], siren[3:6], siren[6:])),
                )
            )
        signatory = self.sent_to_id if self.state != "draft" else client
        is_other = signatory and signatory != client
        return {
            "label": self.env._("The client"),
            "name": lines[0] if lines else client.name or "",
            "lines": lines[1:],
            "ids": ids,
            "by": self.env._("represented by %(name)s", name=signatory.name)
            if is_other
            else "",
        }

    # -- articles --------------------------------------------------------------

    def _get_articles(self):
        """Return the numbered parts, in order; an empty one is left out."""
        _ = self.env._
        terms = [
            term._get_document_term()
            for term in self.term_ids.sorted(lambda t: (t.sequence, t.id))
        ]
        clauses, codes = self._get_clause_articles(terms)
        own = [
            ("mission", _("Object"), self._say_object(), []),
            ("fees", _("Fees"), self._say_fees(), terms),
            ("time", _("Counting of time"), self._say_time(), []),
            ("estimate", _("Estimate"), self._say_document_estimate(), []),
            ("late", _("Payment and late payment"), self._say_payment(), []),
        ]
        articles = [
            {"title": title, "paragraphs": paragraphs, "terms": blocks}
            # What a clause says already is not said twice.
            for code, title, paragraphs, blocks in own
            if code not in codes
        ]
        articles = [*articles, *clauses]
        keys = ("paragraphs", "terms", "html", "html_before")
        return [a for a in articles if any(a.get(key) for key in keys)]

    def _say_object(self):
        _ = self.env._
        matter = self.matter_id
        text = _(
            "The client entrusts the firm with the matter “%(matter)s” (reference"
            " %(number)s), and the firm accepts it. The present agreement sets the fees"
            " of the firm and the way they are paid.",
            matter=matter.name,
            number=matter.matter_number,
        )
        if self._get_document_title() != _("Fee agreement"):
            text = _(
                "The present amendment replaces, from %(date)s, the terms agreed"
                " before on the matter “%(matter)s” (reference %(number)s). What was"
                " done before that day stays under the former terms.",
                date=self._say_date(self.date_from),
                matter=matter.name,
                number=matter.matter_number,
            )
        return [text]

    def _say_fees(self):
        _ = self.env._
        Category = self.env["legal.money.category"]
        # sudo: the rate of VAT, which the client is told
        tax = Category.sudo()._get_by_code("fee", self.company_id).tax_id
        if tax and tax.amount_type == "percent" and tax.amount:
            rate = formatLang(
                self.env, tax.amount, digits=0 if tax.amount % 1 == 0 else 1
            )
            return [
                _(
                    "Amounts are stated before VAT, which is added at the rate in force"
                    " (%(rate)s on the day of this document).",
                    rate=f"{rate}{NO_BREAK}%",
                )
            ]
        return [_("Amounts are stated before VAT, where VAT is due.")]

    def _say_time(self):
        _ = self.env._
        if not any(self._charges_hours(term) for term in self.term_ids):
            return []
        increment = (
            self.has_time_rule
            and (self.time_increment_minutes, self.time_rounding_scope)
            or None
        )
        if increment is None:
            rule = self.matter_id._get_time_increment(self.date_from)
            increment = (rule.minutes, rule.scope)
        minutes, scope = increment
        if not minutes:
            return [_("Time is counted by the minute.")]
        step = _("%(minutes)s minutes", minutes=minutes)
        if scope == DAY:
            return [
                _(
                    "The time each person spends in a day is added up and counted in"
                    " steps of %(step)s, each step begun being due.",
                    step=step,
                )
            ]
        return [
            _(
                "Time is counted in steps of %(step)s, each step begun being due.",
                step=step,
            )
        ]

    def _charges_hours(self, term):
        return term.kind == "hourly" or (
            term.kind in TIME_KINDS and (term.included_hours or term.overrun_rate)
        )

    def _say_document_estimate(self):
        _ = self.env._
        low, high = self.estimate_low, self.estimate_high
        sentences = []
        if low and high and self.currency_id.compare_amounts(low, high):
            sentences.append(
                _(
                    "As far as the firm can foresee, the fees of the matter should lie"
                    " between %(low)s and %(high)s before VAT.",
                    low=self._say_amount(low),
                    high=self._say_amount(high),
                )
            )
        elif high or self.estimate_amount:
            sentences.append(
                _(
                    "As far as the firm can foresee, the fees of the matter should"
                    " come to %(amount)s before VAT.",
                    amount=self._say_amount(high or self.estimate_amount),
                )
            )
        if sentences:
            sentences.append(
                _(
                    "This is an estimate and no fixed price: the firm tells the client"
                    " as soon as it appears that it will be exceeded, and why."
                )
            )
        return sentences

    def _get_clause_articles(self, terms):
        """Return the clauses and the free wording, and the codes they cover."""
        rows = self.clause_ids.sorted(lambda c: (c.sequence, c.id))
        values = self._get_clause_values()
        clauses = [self._get_clause_article(row, terms, values) for row in rows]
        if self.note and html2plaintext(self.note).strip():
            clauses.append(
                {
                    "title": self.env._("Particular provisions"),
                    "html": str(html_sanitize(self.note)),
                }
            )
        return clauses, set(rows.clause_id.mapped("code"))

    def _get_clause_article(self, clause, terms, values):
        """Return a clause to print; that on fees holds the ways of charging.

        They stand, each with its tables, where the wording lists them, and so are
        said once.
        """
        before, blocks, after = "", [], clause.body
        if clause.clause_id.code == "fees":
            before, after = clause._split_at("terms")
            blocks = terms
        before, after = (
            str(html_sanitize(self._render_clause(text, values)))
            for text in (before, after)
        )
        return {
            "title": clause.title,
            "html_before": before,
            "terms": blocks,
            "html": after,
        }

    def _say_payment(self):
        _ = self.env._
        term = self.payment_term_id or self.partner_id.property_payment_term_id
        sentences = []
        if term:
            words = (term.name or "").strip().rstrip(".")
            sentences.append(
                _("Invoices are payable as follows: %(term)s.", term=words)
            )
        else:
            sentences.append(_("Invoices are payable on receipt."))
        sentences += self._say_lateness()
        return sentences

    def _say_lateness(self):
        """Return the notices on lateness that the invoices of this client bear."""
        invoice = self.env["account.move"].new(
            {
                "move_type": "out_invoice",
                "company_id": self.company_id.id,
                "partner_id": self.matter_id.partner_id.id,
                "legal_client_kind": self.matter_id.client_kind,
                "invoice_date": fields.Date.context_today(self),
            }
        )
        mentions = self.env["legal.mention"]._for_move(invoice)
        return [
            mention._get_text(invoice)
            for mention in mentions.filtered(lambda m: m.note_code in LATENESS_NOTES)
        ]

    @api.model
    def _get_marked_up(self, document):
        """Return the content with its wording as HTML, cleaned when it was made."""
        articles = [
            {
                **article,
                "html": Markup(article.get("html") or ""),
                "html_before": Markup(article.get("html_before") or ""),
            }
            for article in document["articles"]
        ]
        return {**document, "articles": articles}

    # -- the printed document --------------------------------------------------

    def _get_print_values(self):
        """Return the content with what surrounds it on paper."""
        self.ensure_one()
        _ = self.env._
        document = self._get_document()
        # sudo: shown to who may read the agreement itself
        evidence = self.sudo().evidence_ids.filtered(
            lambda e: e.act == "accepted" and e.channel != "paper"
        )[:1]
        return {
            **self._get_marked_up(document),
            "letterhead": self.company_id._legal_get_letterhead(),
            "running": f"{document['title']} · {document['name']}",
            "lead": self.matter_id.responsible_id.name or self.company_id.name,
            "signed": self._get_print_signature(evidence) if evidence else {},
            "words": {
                "between": _("Between"),
                "draft": _("Draft: not to be signed") if self.state == "draft" else "",
                "for_firm": _("For the firm"),
                "for_client": _("For the client"),
                "read": _("Read and approved, date and signature"),
                "done": _("Done in two originals, one for each party."),
                "date_line": _("Date:"),
            },
        }

    def _get_print_signature(self, evidence):
        _ = self.env._
        moment = self._format_moment(evidence.accepted_at)
        utc = f"{evidence.accepted_at:%Y-%m-%d %H:%M:%S} UTC"
        rows = [
            (_("What was accepted"), evidence.statement),
            (_("Name typed by the signatory"), evidence.typed_name),
            (_("Signatory invited"), evidence.partner_id.name),
            (_("Address the link was sent to"), evidence.email),
            (_("Date and time"), f"{moment} ({utc})"),
            (_("IP address"), evidence.ip),
            (_("Browser"), evidence.agent),
            (
                _("Access"),
                dict(evidence._fields["channel"]._description_selection(self.env))[
                    evidence.channel
                ],
            ),
            (_("Document read"), evidence.attachment_id.name),
            (_("SHA-256 of the document read"), evidence.sha256),
        ]
        return {
            "name": evidence.typed_name,
            "image": f"data:image/png;base64,{evidence.signature.decode()}"
            if evidence.signature
            else "",
            "moment": moment,
            "line": _(
                "Signed online by %(name)s on %(moment)s.",
                name=evidence.typed_name,
                moment=moment,
            ),
            "title": _("Evidence of the signature"),
            "explanation": _(
                "The signatory read the document named below behind a link sent to him"
                " alone, typed his name and drew his signature. The SHA-256 below is"
                " the fingerprint of the file he read: anybody may work it out again"
                " from that file, and a single changed character would give another."
            ),
            "rows": [[label, value] for label, value in rows if value],
        }
