import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

_logger = logging.getLogger(__name__)
FOLDER = re.compile(r"[A-Za-z0-9_-]{1,60}")
AT_ONCE = 200


class LegalEinvoiceChannel(models.Model):
    """A way to the firm's certified platform, and back.

    This is an interface and no platform: it hands over finished invoices and
    receipts, and takes statuses in. A connector adds a ``kind`` and its two methods,
    ``_push_<kind>`` and ``_pull_<kind>``.
    """

    _name = "legal.einvoice.channel"
    _description = "E-invoice Channel"
    _order = "company_id, name"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("folder", "Files in a folder")], required=True, default="folder"
    )
    folder = fields.Char(
        default="platform",
        help="Name of the folder inside the exchange folder of this server, which the"
        " option legal_exchange_dir of Odoo's configuration file sets.",
    )
    starts_on = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Invoices issued and receipts taken from this day on are handed over.",
    )
    message_ids = fields.One2many("legal.einvoice.message", "channel_id")
    waiting_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")

    _one_a_company = models.UniqueIndex(
        "(company_id) WHERE active", "A firm hands its invoices to one channel only."
    )

    @api.constrains("folder", "kind")
    def _check_folder(self):
        for channel in self:
            if channel.kind == "folder" and not FOLDER.fullmatch(channel.folder or ""):
                raise ValidationError(
                    self.env._(
                        "The folder of the channel %(channel)s is a plain name: use"
                        " letters, digits, - and _ only.",
                        channel=channel.name,
                    )
                )

    def _compute_counts(self):
        groups = self.env["legal.einvoice.message"]._read_group(
            [("channel_id", "in", self.ids)], ["channel_id", "state"], ["__count"]
        )
        counts = {(channel.id, state): count for channel, state, count in groups}
        for channel in self:
            channel.waiting_count = counts.get((channel.id, "to_send"), 0)
            channel.failed_count = counts.get((channel.id, "failed"), 0)

    # -- exchanging ------------------------------------------------------------

    def action_exchange(self):
        """Hand over what waits, take in what came, and say how much."""
        self.check_access("write")
        sent = failed = taken = 0
        for channel in self:
            channel._queue()
            done, refused = channel._send_waiting()
            sent, failed = sent + done, failed + refused
            taken += channel._take_in()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": self.env._(
                    "%(sent)s handed over, %(failed)s refused, %(taken)s statuses"
                    " taken in.",
                    sent=sent,
                    failed=failed,
                    taken=taken,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_exchange(self):
        for channel in self.search([]):
            channel._queue()
            channel._send_waiting()
            channel._take_in()

    def _queue(self):
        """Make a message of each finished invoice and receipt not handed over yet."""
        self.ensure_one()
        Message = self.env["legal.einvoice.message"]
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("invoice_date", ">=", self.starts_on),
                ("invoice_pdf_report_file", "!=", False),
                ("legal_message_ids", "=", False),
            ],
            order="invoice_date, id",
        )
        Message.create(
            [
                {"channel_id": self.id, "kind": "invoice", "move_id": move.id}
                for move in moves
                if move._legal_is_exchanged()
            ]
        )
        statuses = self.env["legal.invoice.status"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("reported_by", "=", "status"),
                ("day", ">=", self.starts_on),
                ("move_id.legal_message_ids", "!=", False),
            ],
            order="id",
        )
        known = Message.search([("status_id", "in", statuses.ids)]).status_id
        Message.create(
            [
                {
                    "channel_id": self.id,
                    "kind": "status",
                    "move_id": status.move_id.id,
                    "status_id": status.id,
                }
                for status in statuses - known
            ]
        )

    def _send_waiting(self):
        """Hand over what waits, each by itself; return (handed over, refused)."""
        self.ensure_one()
        waiting = self.message_ids.filtered(lambda m: m.state in ("to_send", "failed"))
        done = 0
        for message in waiting.sorted("id")[:AT_ONCE]:
            try:
                with self.env.cr.savepoint():
                    name = getattr(self, f"_push_{self.kind}")(message)
                    message.write(
                        {
                            "state": "sent",
                            "file_name": name,
                            "sent_on": fields.Datetime.now(),
                            "error": False,
                        }
                    )
                done += 1
            except (UserError, OSError) as error:
                _logger.warning("E-invoice message %s failed: %s", message.id, error)
                message.write({"state": "failed", "error": str(error)})
        return done, len(waiting[:AT_ONCE]) - done

    def _take_in(self):
        """Take in the statuses that came; return how many."""
        self.ensure_one()
        return getattr(self, f"_pull_{self.kind}")()

    def _take_status(self, values):
        """Record one status that the platform sent.

        :param dict values: ``invoice`` (number), ``code``, ``date`` (ISO 8601) and
            ``reason`` (may be absent)
        :raise UserError: unreadable, unknown invoice or code
        """
        self.ensure_one()
        _ = self.env._
        number, code = values.get("invoice"), str(values.get("code") or "")
        move = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=", number),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        if not number or not move:
            raise UserError(
                _(
                    "No posted invoice of %(firm)s has the number “%(number)s”: ask the"
                    " platform which invoice it means.",
                    firm=self.company_id.name,
                    number=number or "",
                )
            )
        codes = dict(self.env["legal.invoice.status"]._fields["code"].selection)
        if code not in codes or code == "212":
            raise UserError(
                _(
                    "The status “%(code)s” of the invoice %(number)s is none that a"
                    " platform sends: ask for one of 200 to 211, or 213.",
                    code=code,
                    number=number,
                )
            )
        try:
            moment = fields.Datetime.to_datetime(
                str(values.get("date") or "").replace("T", " ")[:19]
            )
        except ValueError:
            moment = None
        if not moment:
            raise UserError(
                _(
                    "The status %(code)s of the invoice %(number)s has no readable date"
                    " (“%(date)s”): write it as 2026-11-22T09:30:00, in UTC.",
                    code=code,
                    number=number,
                    date=values.get("date") or "",
                )
            )
        return move._legal_take_status(code, moment, str(values.get("reason") or ""))
