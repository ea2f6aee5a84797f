from markupsafe import Markup, escape

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .legal_fee_clause import read_placeholders

MEDIATOR = ("mediator_name", "mediator_address", "mediator_email", "mediator_site")


class LegalFeeAgreement(models.Model):
    """The text of an agreement: its clauses, filled with what it says."""

    _inherit = "legal.fee.agreement"

    clause_ids = fields.One2many(
        "legal.fee.agreement.clause", "agreement_id", string="Clauses"
    )
    clauses_html = fields.Html(
        string="As read", compute="_compute_clauses_html", sanitize=False
    )

    @api.depends("clause_ids.title", "clause_ids.body", "clause_ids.sequence")
    def _compute_clauses_html(self):
        for agreement in self:
            agreement.clauses_html = Markup().join(
                Markup("<h4>%s</h4>%s") % (f"{rank}. {clause['title']}", clause["html"])
                for rank, clause in enumerate(agreement._render_clauses(), 1)
            )

    def action_fill_clauses(self):
        """Put in the clauses of the library this agreement needs and lacks, and take
        out those it does not need any more unless their wording was changed."""
        for agreement in self:
            agreement.check_access("write")
            agreement._check_is_draft()
            agreement._fill_clauses()

    def _check_is_draft(self):
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "The clauses of %(agreement)s are what the client reads or signed:"
                    " change them by an amendment.",
                    agreement=self.display_name,
                )
            )

    def _fill_clauses(self):
        self.ensure_one()
        Clause = self.env["legal.fee.clause"]
        wanted = Clause._get_for(self) | self.template_id.clause_ids.filtered(
            lambda clause: clause._applies_to(self)
        )
        have = self.clause_ids.clause_id
        idle = self.clause_ids.filtered(
            lambda c: (
                c.clause_id
                and not c.is_changed
                and not c.clause_id.is_on_request
                and c.clause_id not in wanted
            )
        )
        idle.unlink()
        self.clause_ids = [
            Command.create({"clause_id": clause.id, "sequence": clause.sequence})
            for clause in wanted.sorted(lambda c: (c.sequence, c.id)) - have
        ]

    # -- rendering -----------------------------------------------------------------

    def _render_clauses(self):
        """Return the clauses as read: [{"title", "html"}], in order."""
        self.ensure_one()
        values = self._get_clause_values()
        return [
            {
                "title": clause.title,
                "html": self._render_clause(clause.body, values),
            }
            for clause in self.clause_ids.sorted(lambda c: (c.sequence, c.id))
        ]

    @api.model
    def _render_clause(self, body, values):
        """Return a clause as HTML: everything escaped, names replaced.

        A name whose value is missing is shown between brackets, so that nobody signs
        a sentence with a hole in it unseen.
        """
        shown = {
            name: values.get(name)
            or Markup('<mark class="o_legal_missing">[%s]</mark>') % name
            for name in read_placeholders(body)
        }
        blocks = []
        for block in (body or "").replace("\r\n", "\n").split("\n\n"):
            lines = [line.strip() for line in block.split("\n") if line.strip()]
            group = []
            for line in lines:
                is_item = line.startswith(("- ", "– "))
                text = line[2:].strip() if is_item else line
                # A list given as a value stands alone on its line.
                alone = text[1:-1] if text.startswith("{") else None
                if alone in shown and isinstance(values.get(alone), list):
                    group += [("li", escape(item)) for item in values[alone]]
                    continue
                html = Markup(escape(text)).format(
                    **{
                        name: Markup(", ").join(value)
                        if isinstance(value, list)
                        else value
                        for name, value in shown.items()
                    }
                )
                group.append(("li" if is_item else "p", html))
            blocks += _join_block(group)
        return Markup().join(blocks)

    def _get_clause_values(self):
        """Return {name: words or [words]} of all a clause may name."""
        if not self:
            return {}
        self.ensure_one()
        # The contract is in the client's language, as far as words are ours.
        agreement = self.with_context(lang=self.partner_id.lang or self.env.lang)
        # sudo: identity of firm, client and lawyer, which the contract states to the
        # client; the agreement itself was readable.
        return {
            **agreement.sudo()._get_party_values(),
            **agreement.sudo()._get_fee_values(),
            **agreement._get_law_values(),
        }

    def _get_party_values(self):
        matter, company = self.matter_id, self.company_id
        letterhead = company._legal_get_letterhead()
        client = self.partner_id
        previous = self.previous_id
        return {
            "firm": letterhead["name"],
            "firm_address": ", ".join(letterhead["address"]),
            "firm_identity": _join_words(letterhead["identity"]),
            "bar": company.legal_bar,
            "lawyer": matter.responsible_id.name,
            "client": client.name,
            "client_address": ", ".join(
                filter(
                    None,
                    [
                        client.street,
                        client.street2,
                        " ".join(filter(None, [client.zip, client.city])),
                    ],
                )
            ),
            "object": matter.name,
            "matter": matter.matter_number,
            "practice": matter.practice_area_id.name,
            "date_from": format_date(self.env, self.date_from, date_format="long"),
            "version": self.version_label,
            "previous": previous.name,
            "previous_date": previous
            and format_date(
                self.env,
                previous.signed_on or previous.date_from,
                date_format="long",
            ),
        }

    def _get_fee_values(self):
        def word(name):
            options = dict(self._fields[name]._description_selection(self.env))
            return options.get(self[name], "").lower()

        matter = self.matter_id
        minutes = (
            self.time_increment_minutes
            if self.has_time_rule
            else matter.time_increment_minutes
        )
        return {
            "terms": [f"{term.name} : {term.summary}" for term in self.term_ids],
            "estimate": [
                f"{name} : {words}" for name, words in self._say_estimate().items()
            ],
            "increment": self.env._("%s minutes", minutes)
            if minutes
            else self.env._("one minute"),
            "payment_terms": self.payment_term_id.name,
            "send_channel": word("send_channel"),
            "pay_means": word("pay_means"),
            "legal_aid_rate": f"{matter.legal_aid_rate:g}".replace(".", ","),
            "legal_aid_share": matter.legal_aid_share
            and self.currency_id.format(matter.legal_aid_share),
            "withdrawal_start": self.env._(
                "The client expressly asks for the work to begin before the end of"
                " this time."
            )
            if self.has_early_start_request
            else self.env._(
                "No work begins before the end of this time, unless the client"
                " expressly asks for it in writing."
            ),
        }

    def _get_law_values(self):
        day = self.signed_on or self.date_from
        values = {}
        for name in (*MEDIATOR, "recovery_indemnity", "withdrawal_days"):
            try:
                values[name] = self.env["legal.parameter"]._get(name, day)
            except UserError:
                # Shown as a hole, and named by the list of what is missing.
                values[name] = ""
        return values


def _join_words(identity):
    """Return the identity of a firm, given as a text or as lines, on one line."""
    if isinstance(identity, str):
        return identity
    return ", ".join(str(part) for part in identity or () if part)


def _join_block(group):
    """Return the HTML of a block: lines that follow each other make one list.

    >>> str(Markup().join(_join_block([("p", "a"), ("li", "b"), ("li", "c")])))
    '<p>a</p><ul><li>b</li><li>c</li></ul>'
    """
    html, items = [], []
    for tag, text in [*group, ("p", None)]:
        if tag == "li":
            items.append(Markup("<li>%s</li>") % text)
            continue
        if items:
            html.append(Markup("<ul>%s</ul>") % Markup().join(items))
            items = []
        if text is not None:
            html.append(Markup("<p>%s</p>") % text)
    return html
