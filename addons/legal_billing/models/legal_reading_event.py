from datetime import timedelta
from ipaddress import ip_address, ip_network

from odoo import api, fields, models
from odoo.tools import email_split, format_datetime

KINDS = [
    ("sent", "Sent"),
    ("accepted", "Taken by the mail server"),
    ("refused", "Not taken by the mail server"),
    ("bounced", "Came back"),
    ("listed", "Account page opened"),
    ("opened", "Page opened"),
    ("pdf", "PDF downloaded"),
    ("annex", "Annex downloaded"),
]
#: what shows that the document itself was before somebody's eyes
PROOF = ("opened", "pdf", "annex")
#: the same person on the same page is one reading
ONE_READING = timedelta(minutes=30)
#: an address is kept without what tells one household from its neighbours
KEPT_BITS = {4: 24, 6: 48}


class LegalReadingEvent(models.Model):
    """What is known of the way of a document to its reader, and no more than that.

    A page that was opened is proof; an image of an e-mail that was loaded is not,
    since programs load it too, and none is put into our e-mails. Nobody of the firm
    is recorded.
    """

    _name = "legal.reading.event"
    _description = "Reading of a Document"
    _order = "date desc, id desc"

    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    date = fields.Datetime("On", required=True, readonly=True, index=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    matter_ids = fields.Many2many(
        "legal.matter",
        "legal_reading_event_matter_rel",
        "event_id",
        "matter_id",
        "Matters",
        readonly=True,
        groups="legal_timesheet.group_legal_user",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    address = fields.Char("Sent to", readonly=True)
    user_id = fields.Many2one("res.users", "Signed in as", readonly=True)
    ip = fields.Char(
        "From", readonly=True, help="Shortened: the network, not the line."
    )
    detail = fields.Char("In detail", readonly=True)
    sentence = fields.Char("What is known", compute="_compute_sentence")
    is_proof = fields.Boolean("Proof", compute="_compute_is_proof")
    is_off = fields.Boolean(compute="_compute_is_off")

    _document = models.Index("(res_model, res_id, kind, date)")

    @api.depends("kind")
    def _compute_is_proof(self):
        for event in self:
            event.is_proof = event.kind in PROOF

    @api.depends("company_id.legal_logs_reading")
    def _compute_is_off(self):
        for event in self:
            # sudo: a switch of the settings.
            event.is_off = not event.company_id.sudo().legal_logs_reading

    @api.depends("kind", "address", "user_id", "detail")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for event in self:
            event.sentence = event._say()

    @api.depends("kind", "date")
    def _compute_display_name(self):
        for event in self:
            moment = format_datetime(self.env, event.date, dt_format="short")
            event.display_name = f"{event.sentence} – {moment}"

    def _say(self):
        """Return what this event shows, and what it does not."""
        self.ensure_one()
        _ = self.env._
        # sudo: the name of the client's own user.
        who, to = self.user_id.sudo().name, self.address
        if self.kind in ("opened", "pdf", "annex", "listed"):
            by = (
                _("by %(who)s, signed in", who=who)
                if who
                else _("by the link sent to %(to)s", to=to)
                if to
                else _("by its link")
            )
            return {
                "opened": _("Page opened %(by)s", by=by),
                "pdf": _("PDF downloaded %(by)s", by=by),
                "annex": _("Annex downloaded %(by)s", by=by),
                "listed": _(
                    "Account page opened %(by)s: this document is on it, its detail"
                    " is not",
                    by=by,
                ),
            }[self.kind]
        values = {"to": to or _("the address on file"), "why": self.detail or ""}
        return {
            "sent": _("Sent to %(to)s", **values),
            "accepted": _(
                "The mail server took the e-mail to %(to)s: whether it was read is not"
                " known",
                **values,
            ),
            "refused": _("The e-mail to %(to)s could not leave: %(why)s", **values),
            "bounced": _("The e-mail to %(to)s came back: %(why)s", **values),
        }[self.kind]

    # -- recording --------

    @api.model
    def _log(self, kind, documents, address=None, user=None, ip=None, detail=None):
        """Record what happened to these documents; nothing when it is switched off.

        :param documents: invoices, provisions or agreements
        :param user: who is signed in, if anybody; people of the firm are left out
        :param ip: the address it came from, shortened here
        :return: the events made
        """
        # sudo: a client who opens a page writes no record by himself.
        Event = self.sudo()
        if user and not user._is_public() and user._is_internal():
            return Event
        reader = user.id if user and not user._is_public() else False
        now = fields.Datetime.now()
        network = self._shorten(ip)
        # Addresses alone, where it is e-mail; names come with the contacts.
        address = ", ".join(email_split(address or "")) or address
        own = documents.sudo().filtered("company_id.legal_logs_reading")
        known = Event.search(
            [
                ("res_model", "=", own._name),
                ("res_id", "in", own.ids),
                ("kind", "=", kind),
                ("address", "=", address or False),
                ("user_id", "=", reader),
                ("ip", "=", network),
                ("date", ">", now - ONE_READING),
            ]
        )
        read = set(known.mapped("res_id"))
        values = []
        for document in own:
            if document.id in read:
                continue
            is_move = document._name == "account.move"
            matters = document.matter_ids if is_move else document.matter_id
            values.append(
                {
                    "kind": kind,
                    "date": now,
                    "res_model": document._name,
                    "res_id": document.id,
                    "move_id": document.id if is_move else False,
                    "matter_ids": [(6, 0, matters.ids)],
                    "company_id": document.company_id.id,
                    "address": address or False,
                    "user_id": reader,
                    "ip": network,
                    "detail": " ".join((detail or "").split())[:200] or False,
                }
            )
        return Event.create(values)

    @api.model
    def _shorten(self, ip):
        """Return the network of an address: enough to tell two places apart."""
        try:
            address = ip_address(ip or "")
        except ValueError:
            return False
        bits = KEPT_BITS[address.version]
        return str(ip_network(f"{address}/{bits}", strict=False))

    @api.model
    def _get_documents_of(self, model, ids):
        """Return the documents that a message of these records is about; a hook."""
        if model not in ("account.move", "legal.provision", "legal.fee.agreement"):
            return self.env["account.move"]
        # sudo: e-mails leave and come back for whoever sent them.
        documents = self.env[model].sudo().browse(ids).exists()
        if model == "account.move":
            return documents.filtered(
                lambda move: move.is_legal and move.is_sale_document()
            )
        return documents

    @api.autovacuum
    def _gc_events(self):
        """Delete what is older than the firm wants to keep."""
        # sudo: housekeeping
        for company in self.env["res.company"].sudo().search([]):
            oldest = fields.Datetime.now() - timedelta(days=company.legal_reading_days)
            self.sudo().search(
                [("company_id", "=", company.id), ("date", "<", oldest)], limit=10000
            ).unlink()

    # -- reading --------

    @api.model
    def _get_reading_evidence(self, moves):
        """Return what is known of the way of these invoices, as plain values.

        As the user, so that walls hold; the oldest first.
        """
        events = self.search([("move_id", "in", moves.ids)], order="date, id")
        return [
            {
                "date": event.date,
                # sudo: the number of an invoice the reader asked about.
                "number": event.move_id.sudo().name,
                "move_id": event.move_id.id,
                "kind": event.kind,
                "is_proof": event.is_proof,
                "sentence": event.sentence,
            }
            for event in events
        ]
