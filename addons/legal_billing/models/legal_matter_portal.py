from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import consteq, format_date, human_size
from odoo.tools.image import image_data_uri
from odoo.tools.misc import formatLang

from .legal_cap_answer import TOLD

NO_BREAK = "\N{NO-BREAK SPACE}"
#: invoices named on the page; the others are one link away
INVOICES_SHOWN = 12


class LegalMatter(models.Model):
    """The page of a matter for its client, as plain values in his language.

    Every value is a string, a number, a boolean, or a list or dict of these. The
    callers have checked that the reader may open the page.
    """

    _inherit = "legal.matter"

    # -- who may read ----------------------------------------------------------

    @api.model
    def _domain_of_contact(self, partner):
        """Return the domain of the matters a signed-in contact may open.

        The client, or the people of the client when it is an organisation: a director
        in his own divorce is not read by his company. Never an opposing party.
        """
        people = partner.search([("id", "parent_of", partner.ids)])
        return (
            Domain("partner_id", "in", people.ids)
            & Domain("state", "in", ("open", "closed"))
            & ~Domain(
                "opposing_party_ids.commercial_partner_id",
                "in",
                partner.commercial_partner_id.ids,
            )
        )

    def _opens_with(self, token):
        """Tell whether a token opens this matter; a hook: its client's link has one."""
        return False

    def _had_token(self, token):
        """Tell whether a token is the matter's own of former days.

        Those never ended, so they open nothing any more: a new link is offered.
        """
        # sudo: compared, not shown
        known = self.sudo().access_token if len(self) == 1 else ""
        matches = consteq(known or "-" * 36, token or "")
        return bool(known) and matches

    # -- the page --------------------------------------------------------------

    def _get_portal_page(self, notice=None, token="", reader=None):
        """Return all that the page shows.

        :param notice: the event whose link was followed, if any
        :param token: what the reader came with, for the links of the page
        :param reader: the signed-in user, if any
        """
        self.ensure_one()
        agreements = self.agreement_ids.filtered(lambda a: a._is_binding())
        in_force = agreements.filtered(lambda a: a == self.agreement_id)
        notices = notice or self.env["legal.cap.event"].search(
            [
                ("matter_id", "=", self.id),
                ("state", "in", TOLD),
                ("channel", "=", "email"),
            ],
            limit=1,
        )
        return {
            "situation": "open",
            "title": self.env._(
                "Matter %(number)s – %(firm)s",
                number=self.matter_number,
                firm=self.company_id.name,
            ),
            "firm": self._get_portal_firm(),
            "number": self.matter_number,
            "name": self.name,
            "client": self.partner_id.name,
            "state": self.env._("Closed on %s", format_date(self.env, self.closed_on))
            if self.state == "closed" and self.closed_on
            else "",
            "notice": notices[:1]._get_portal_notice() if notices else {},
            "meters": self._get_portal_meters(in_force),
            "agreements": [self._get_portal_agreement(a) for a in agreements],
            "invoices": self._get_portal_invoices(),
            "provision": self._get_portal_provision(),
            "provisions": self._get_portal_provisions(),
            "documents": self._get_portal_documents(token),
            "contact": self._get_portal_contact(),
        }

    def _get_portal_highest(self):
        """Return the fullest meter in one line, for the list of matters."""
        meter = self.cap_meter_ids.sorted("percent")[-1:]
        return meter._say_used() if meter else ""

    def _get_portal_firm(self):
        return (self.company_id or self.env.company)._legal_get_page_firm()

    def _get_portal_meters(self, agreements):
        """Return each cap, package and estimate in force as the client reads it."""
        # A row in memory says the same words as the firm's own list.
        Meter = self.env["legal.cap.meter"]
        rows = []
        for state in agreements._get_cap_states() if agreements else ():
            row = Meter.new(
                {**Meter._prepare_key(state), **Meter._prepare_figures(state)}
            )
            percent = min(row._get_shown_percent(), 100)
            rows.append(
                {
                    "label": row.what,
                    "kind": row.kind,
                    "used": row._say(row.consumed),
                    "size": self.env._("of %(limit)s", limit=row._say_limit()),
                    "text": row._say_meter(),
                    "beyond": row._say_at_limit(),
                    "percent": percent,
                    "percent_text": row._say_percent(),
                    "tone": "late"
                    if row.percent >= 100
                    else "warn"
                    if row.percent >= 80
                    else "calm",
                }
            )
        return rows

    def _get_portal_agreement(self, agreement):
        """Return an agreement, with the link to its own page where there is one."""
        has_page = hasattr(
            type(agreement), "access_token"
        ) and agreement.access_url not in (
            "",
            "#",
            False,
        )
        labels = dict(agreement._fields["state"]._description_selection(self.env))
        label = (
            agreement["version_label"]
            if "version_label" in agreement._fields
            else (self.env._("Fee agreement"))
        )
        return {
            "name": f"{label} {agreement.name}",
            "date": format_date(self.env, agreement.signed_on or agreement.date_from),
            "state": labels[agreement.state],
            "terms": [t.summary for t in agreement.term_ids if t.summary],
            "is_current": agreement == self.agreement_id,
            "url": agreement.get_portal_url() if has_page else "",
        }

    def _get_portal_invoices(self):
        """Return the client's own posted invoices of this matter, the last first."""
        moves = self.env["account.move"].search(
            [
                ("matter_ids", "in", self.ids),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                (
                    "commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
            ],
            order="invoice_date desc, id desc",
            limit=INVOICES_SHOWN,
        )
        return [self._get_portal_invoice(move) for move in moves]

    def _get_portal_invoice(self, move):
        _ = self.env._
        today = fields.Date.context_today(self)
        residual = move.amount_residual
        tone = "calm"
        if move.move_type == "out_refund":
            state = _("Credit note")
        elif move.currency_id.is_zero(residual):
            state, tone = _("Paid"), "done"
        elif move.invoice_date_due and move.invoice_date_due < today:
            state, tone = (
                _(
                    "%(amount)s was due on %(date)s",
                    amount=move._legal_format_money(residual),
                    date=format_date(self.env, move.invoice_date_due),
                ),
                "late",
            )
        else:
            state = _(
                "%(amount)s to pay by %(date)s",
                amount=move._legal_format_money(residual),
                date=format_date(self.env, move.invoice_date_due),
            )
        return {
            "name": move._legal_get_portal_name(),
            "date": format_date(self.env, move.invoice_date),
            "amount": move._legal_format_money(move.amount_total),
            "state": state,
            "tone": tone,
            "is_due": tone != "done" and move.move_type == "out_invoice",
            "url": move.get_portal_url(),
        }

    def _get_portal_provision(self):
        """Return what is left of the client's provisions, nothing without any."""
        own = self._get_own_provisions()
        balance = sum(own.mapped("balance"))
        if not own or not balance:
            return ""
        return formatLang(self.env, balance, currency_obj=own[:1].currency_id)

    def _get_own_provisions(self):
        """Return the provisions asked of the client, of no other payer."""
        return self.env["legal.provision"].search(
            [
                ("matter_id", "=", self.id),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
                ("state", "not in", ("draft", "cancelled")),
            ]
        )

    def _get_portal_provisions(self):
        """Return each provision asked of the client: how much, and what became of
        it."""
        _ = self.env._
        rows = []
        for provision in self._get_own_provisions():
            is_due = provision.state in ("requested", "invoiced")
            state = {
                "paid": _("Paid in full"),
                "partly": _(
                    "Paid, %(amount)s left excl. VAT",
                    amount=provision._format_money(provision.balance),
                ),
                "allocated": _("Used on your invoices"),
                "refunded": _("Refunded"),
            }.get(provision.state, _("To pay"))
            if is_due and provision.due_on:
                state = _(
                    "To pay by %(date)s",
                    date=format_date(self.env, provision.due_on),
                )
            rows.append(
                {
                    "name": _("Provision %(number)s", number=provision.name),
                    "date": format_date(self.env, provision.date),
                    "amount": provision._format_money(provision.amount_total),
                    "state": state,
                    "tone": "calm" if is_due else "done",
                    "is_due": is_due,
                    "url": provision.get_portal_url(),
                }
            )
        return rows

    def _get_portal_documents(self, token=""):
        query = f"?access_token={token}" if token else ""
        return [
            {
                "name": document.name,
                "size": human_size(document.file_size or 0),
                "url": f"/my/matters/{self.id}/documents/{document.id}{query}",
            }
            for document in self.shared_document_ids
        ]

    def _get_portal_contact(self):
        lead = self.responsible_id.partner_id
        firm = self.company_id
        return {
            "name": lead.name or firm.name,
            "role": self.env._("Your lawyer") if lead else "",
            "email": lead.email or firm.email or "",
            "phone": lead.phone or firm.phone or "",
            "face": image_data_uri(lead.image_128) if lead.image_128 else "",
        }
