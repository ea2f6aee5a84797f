from odoo import models


class LegalTaxationFile(models.Model):
    """What is asked of the bâtonnier or of the court, and why."""

    _inherit = "legal.taxation.file"

    def _get_petition_title(self):
        if self.procedure == "order":
            return self.env._("Petition for a payment order")
        return self.env._("Petition for the assessment of fees")

    def _get_addressed_to(self):
        if self.procedure == "order":
            return self.bar or self.env._("The president of the competent court")
        return self.env._(
            "The bâtonnier of the Ordre des avocats of %(bar)s", bar=self.bar or "…"
        )

    def _get_petition_blocks(self):
        """Return the petition; exhibits are quoted by their number."""
        self.ensure_one()
        own = self.sudo()
        _ = self.env._
        return [
            *self._text(own._get_addressed_to()),
            self._title(_("Parties")),
            *self._text(own._say_firm(), own._say_payer()),
            self._title(_("Jurisdiction")),
            *self._text(own._say_jurisdiction()),
            self._title(_("Facts")),
            *self._text(*(own.facts or "").split("\n")),
            self._title(_("Fee agreement")),
            *self._text(*own._say_agreement()),
            self._title(_("Work done and documents")),
            *self._text(own._say_work()),
            self._title(_("Sum claimed")),
            own._get_claim_table(),
            *self._text(*own._say_claim()),
            self._title(_("Prescription")),
            *self._text(own._say_prescription()),
            self._title(_("For these reasons")),
            *self._text(*own._say_requests()),
            *self._text(
                self.company_id._legal_get_place_date(), self.responsible_id.name
            ),
        ]

    def _cite(self, *kinds):
        """Return the exhibits of these kinds as they are quoted in a sentence."""
        pieces = self.piece_ids.filtered(lambda p: p.kind in kinds and p.number)
        numbers = ", ".join(str(number) for number in pieces.mapped("number"))
        return (
            self.env._(" (exhibit no. %(numbers)s)", numbers=numbers) if numbers else ""
        )

    def _say_firm(self):
        firm = self.company_id._legal_get_letterhead()
        return self.env._(
            "For: %(firm)s, %(identity)s, %(address)s.",
            firm=firm["name"],
            identity=", ".join(firm["identity"]) or firm["bar"],
            address=", ".join(firm["address"]),
        )

    def _say_payer(self):
        payer = self.partner_id.commercial_partner_id
        town = " ".join(filter(None, (payer.zip, payer.city)))
        parts = [payer.name, payer.company_registry, payer.street, town]
        return self.env._(
            "Against: %(payer)s.", payer=", ".join(part for part in parts if part)
        )

    def _say_jurisdiction(self):
        if self.procedure == "order":
            reason = self.procedure_reason or self.env._(
                "the claim is not about fees between a lawyer and a client"
            )
            return self.env._(
                "The sum is certain, due and contractual (code of civil procedure, art."
                " 1405). It is not within the jurisdiction of the bâtonnier:"
                " %(reason)s.",
                reason=reason.rstrip("."),
            )
        return self.env._(
            "Disputes about the amount and the recovery of lawyers' fees are brought"
            " before the bâtonnier (décret no. 91-1197 of 27 November 1991, art. 174"
            " and following)."
        )

    def _get_default_facts(self):
        _ = self.env._
        own = self.sudo()
        matter = own.matter_id
        sentences = []
        if matter:
            sentences.append(
                _(
                    "%(payer)s entrusted the firm with the matter no. %(number)s on"
                    " %(day)s.",
                    payer=own.partner_id.commercial_partner_id.name,
                    number=matter.matter_number,
                    day=own._day(matter.opened_on),
                )
            )
        if matter.mandate_ended_on:
            sentences.append(
                _(
                    "The mandate ended on %(day)s.",
                    day=own._day(matter.mandate_ended_on),
                )
            )
        sentences += [
            _(
                "Invoice %(number)s of %(day)s for %(amount)s incl. VAT, due on"
                " %(due)s,"
                " is unpaid for %(left)s.",
                number=move.name,
                day=own._day(move.invoice_date),
                amount=own._money(move.amount_total),
                due=own._day(move.invoice_date_due),
                left=own._money(move.amount_residual),
            )
            for move in own.move_ids.sorted(lambda m: (m.invoice_date, m.id))
        ]
        reminders = own._get_actions()
        if reminders:
            sentences.append(
                _(
                    "The firm wrote about it on %(days)s.",
                    days=", ".join(
                        own._day(day) for day in reminders.mapped("sent_on")
                    ),
                )
            )
        if own.notice_received_on:
            sentences.append(
                _(
                    "A formal notice was received on %(day)s and had no effect.",
                    day=own._day(own.notice_received_on),
                )
            )
        return "\n".join(sentences)

    def _get_default_criteria(self):
        _ = self.env._
        return "\n".join(
            [
                _("Wealth of the client: …"),
                _("Difficulty of the case: …"),
                _("Costs exposed by the firm: …"),
                _("Standing of the firm: …"),
                _("Work done: see the list of the work."),
            ]
        )

    def _say_agreement(self):
        _ = self.env._
        agreements = self._get_agreements()
        if not agreements:
            criteria = (self.criteria or "").split("\n")
            return [
                _(
                    "No agreement was signed. The fees are assessed by custom,"
                    " according"
                    " to the criteria of article 10 of law no. 71-1130 of 31 December"
                    " 1971:"
                ),
                *criteria,
            ]
        return [
            _(
                "%(label)s %(number)s, signed on %(day)s: %(terms)s",
                label=agreement.version_label,
                number=agreement.name,
                day=self._day(agreement.signed_on or agreement.date_from),
                terms=" ; ".join(
                    term.summary.rstrip(".")
                    for term in agreement.term_ids
                    if term.summary
                )
                + self._cite("agreement")
                + ".",
            )
            for agreement in agreements
        ]

    def _say_work(self):
        return self.env._(
            "The work is listed by date and by person for each invoice%(work)s; the"
            " invoices are produced%(invoices)s, with the detailed final"
            " account%(account)s"
            " and the list of what was received%(payments)s.",
            work=self._cite("work"),
            invoices=self._cite("invoice", "deposit"),
            account=self._cite("account"),
            payments=self._cite("payments"),
        )

    def _get_claim_table(self):
        _ = self.env._
        rows = []
        for move in self.move_ids.sorted(lambda m: (m.invoice_date, m.id)):
            rows.append(
                [
                    move.name,
                    self._day(move.invoice_date),
                    self._money(move.amount_untaxed),
                    self._money(move.amount_tax),
                    self._money(move.amount_total),
                    self._money(move.amount_residual),
                ]
            )
        return self._make_table(
            [
                _("Invoice"),
                _("Date"),
                _("#Excl. VAT"),
                _("#VAT"),
                _("#Incl. VAT"),
                _("#Left to pay"),
            ],
            rows,
            [
                _("Total"),
                "",
                "",
                "",
                self._money(self.amount_invoiced),
                self._money(self.amount_claimed),
            ],
            [None, "22mm", "27mm", "25mm", "27mm", "28mm"],
        )

    def _say_claim(self):
        _ = self.env._
        sentences = [
            _(
                "The principal is %(amount)s incl. VAT.",
                amount=self._money(self.amount_claimed),
            )
        ]
        if not self.currency_id.is_zero(self.amount_interest):
            sentences.append(
                _(
                    "Interest comes to %(amount)s on %(day)s, to be"
                    " completed%(exhibit)s.",
                    amount=self._money(self.amount_interest),
                    day=self._day(self.interest_until),
                    exhibit=self._cite("interest"),
                )
            )
        return sentences

    def _say_prescription(self):
        if not self.matter_id:
            return self.env._("The claim is not prescribed.")
        clock = self._get_clock()
        day = clock and (clock.deadline or clock.fallback)
        if not day:
            return self.env._("No end of mandate is known: no period has run.")
        return self.env._(
            "The claim may be made until %(day)s%(exhibit)s.",
            day=self._day(day),
            exhibit=self._cite("prescription"),
        )

    def _get_clock(self):
        reading = self.matter_id._read_prescription().get(self.matter_id)
        nearest = reading and reading.nearest
        return nearest.clock if nearest else None

    def _say_requests(self):
        _ = self.env._
        claimed = self._money(self.amount_claimed)
        if self.procedure == "order":
            requests = [
                _(
                    "Order %(payer)s to pay %(amount)s in principal,",
                    payer=self.partner_id.commercial_partner_id.name,
                    amount=claimed,
                )
            ]
        else:
            requests = [
                _(
                    "Fix the fees, expenses and disbursements at %(amount)s incl. VAT,",
                    amount=self._money(self.amount_invoiced),
                ),
                _(
                    "Say that %(payer)s still owes %(amount)s incl. VAT,",
                    payer=self.partner_id.commercial_partner_id.name,
                    amount=claimed,
                ),
            ]
        if not self.currency_id.is_zero(self.amount_interest):
            requests.append(
                _(
                    "with interest, %(amount)s on %(day)s and to be completed until the"
                    " payment,",
                    amount=self._money(self.amount_interest),
                    day=self._day(self.interest_until),
                )
            )
        if self.procedure == "assessment":
            requests.append(
                _(
                    "Recall that the decision is provisionally enforceable within the"
                    " limits of article 175-1 of the décret."
                )
            )
        return requests
