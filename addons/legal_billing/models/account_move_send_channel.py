import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError

from .account_move_sending import METHODS

_logger = logging.getLogger(__name__)


class ResPartner(models.Model):
    _inherit = "res.partner"

    invoice_sending_method = fields.Selection(
        selection_add=[
            ("legal_portal", "online, with a notice"),
            ("legal_post", "by post, printed here"),
        ]
    )


class AccountMoveSend(models.AbstractModel):
    """Legal invoices leave as each client prefers: by e-mail, online or by post.

    All is done in Odoo's own flow, so that the dialog, the list of invoices, its
    scheduled job and a billing run send in the same way.
    """

    _inherit = "account.move.send"

    # -- by which means ----------------------------------------------------------

    def _get_default_sending_methods(self, move):
        methods = super()._get_default_sending_methods(move)
        if not (move.is_legal and move.is_sale_document()):
            return methods
        channel = move._legal_get_send_channel()
        if channel == "post" and "snailmail" in methods:
            # The firm chose for this client to have letters printed elsewhere.
            return methods
        return {METHODS[channel]} if channel in METHODS else methods

    def _is_applicable_to_move(self, method, move, **move_data):
        if method in METHODS.values():
            return move.is_legal and move.is_sale_document()
        return super()._is_applicable_to_move(method, move, **move_data)

    def _legal_get_channel_of(self, move_data):
        """Return the channel of what is about to be sent, if it is one of ours."""
        methods = move_data.get("sending_methods") or ()
        for channel, method in (("email", "email"), *METHODS.items()):
            if method in methods:
                return channel
        return None

    # -- to whom -------------------------------------------------------------------

    def _get_default_mail_partner_ids(self, move, mail_template, mail_lang):
        if not (move.is_legal and move.is_sale_document()):
            return super()._get_default_mail_partner_ids(move, mail_template, mail_lang)
        to, copies = move._legal_get_recipients()
        partners = to | copies
        if self.env.context.get("allow_partners_without_mail"):
            return partners
        return partners.filtered("email")

    def _get_default_mail_body(self, move, mail_template, mail_lang):
        """Put the personal words after the greeting, whatever the template says."""
        body = super()._get_default_mail_body(move, mail_template, mail_lang)
        words = (
            ""
            if self.env.context.get("legal_without_word")
            else "\n".join(
                filter(
                    None,
                    (
                        move.is_legal and move.legal_client_message,
                        self.env.context.get("legal_run_word"),
                    ),
                )
            )
        )
        if not words or not body:
            return body
        greeting, end, rest = body.partition("</p>")
        word = Markup('<p style="white-space: pre-line;">%s</p>') % words
        return Markup(greeting + end) + word + Markup(rest)  # rendered by us

    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        """Refuse, before a file is written, what could reach nobody.

        In mass alone: somebody who sends one invoice sees whom he sends it to.
        """
        channel = self._legal_get_channel_of(invoice_data)
        is_mass = self.env.context.get("legal_sends_in_mass")
        if is_mass and channel and invoice.is_legal:
            refusals = invoice._legal_get_send_refusals(channel)
            if refusals:
                invoice_data["error"] = {"error_title": "\n".join(refusals)}
                return None
        return super()._hook_invoice_document_before_pdf_report_render(
            invoice, invoice_data
        )

    # -- sending -------------------------------------------------------------------

    def _generate_and_send_invoices(self, moves, from_cron=False, **kwargs):
        """Let no invoice of the scheduled job keep the others from leaving."""
        legal = moves.filtered(lambda move: move.is_legal and move.is_sale_document())
        if not from_cron or not legal:
            return super()._generate_and_send_invoices(
                moves, from_cron=from_cron, **kwargs
            )
        attachments = self.env["ir.attachment"]
        if others := moves - legal:
            attachments |= super()._generate_and_send_invoices(
                others, from_cron=True, **kwargs
            )
        sender = self.with_context(legal_sends_in_mass=True)
        sender._legal_print_together(legal, from_cron=True)
        handed_over = legal.browse()
        for move in legal:
            try:
                with self.env.cr.savepoint():
                    attachments |= super(
                        AccountMoveSend, sender
                    )._generate_and_send_invoices(move, from_cron=True, **kwargs)
                handed_over |= move
            except psycopg2.OperationalError:
                raise
            except Exception as error:
                self._legal_give_up(move, error)
        if self._can_commit():
            # What is queued stays queued, whatever the mail server does.
            self.env.cr.commit()
        for move in handed_over.filtered(lambda move: not move.legal_send_error):
            move._legal_mark_send_error(move._legal_deliver_mails())
        return attachments

    @api.model
    def _legal_print_together(self, moves, get_methods=None, from_cron=False):
        """Write the files of invoices that have none yet, laid out side by side.

        Nothing is sent. An invoice that is refused has no file afterwards either, and
        says why when its own turn comes; so do all of them when one cannot be made.

        :param get_methods: returns how one is sent, which may refuse its file
        """
        missing = moves.filtered(lambda move: not move.invoice_pdf_report_id)
        if len(missing) < 2:
            return
        try:
            with self.env.cr.savepoint():
                self._check_sending_data(missing)
                settings = {}
                for move in missing:
                    chosen = {}
                    if get_methods:
                        chosen["sending_methods"] = get_methods(move)
                    settings[move.sudo()] = self._get_default_sending_settings(
                        move, from_cron=from_cron, **chosen
                    )
                self._generate_invoice_documents(settings)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.info("Invoices are printed one by one: %s", error)

    def _legal_give_up(self, move, error):
        """Say on the invoice, and to who sent it, why it was not sent."""
        if isinstance(error, UserError | AccessError | MissingError):
            sentence = str(error)
        else:
            _logger.exception("Sending of %s failed", move.name)
            sentence = self.env._(
                "%(invoice)s met an unexpected error (%(error)s): the server's log has"
                " the details; send it again once it is mended.",
                invoice=move.name,
                error=error,
            )
        author = (move.sending_data or {}).get("author_partner_id")
        move._legal_mark_send_error([sentence])
        move.message_post(body=sentence)
        move.sending_data = False
        if author:
            self._send_notifications_to_partners({author: move.ids}, is_success=False)

    def _hook_if_errors(self, moves_data, allow_raising=True):
        result = super()._hook_if_errors(moves_data, allow_raising=allow_raising)
        for move, data in moves_data.items():
            if move.is_legal:
                move._legal_mark_send_error([self._format_error_text(data["error"])])
        return result

    def _hook_if_success(self, moves_data, from_cron=False):
        result = super()._hook_if_success(moves_data, from_cron=from_cron)
        letters = self.env["account.move"]
        for move, data in moves_data.items():
            channel = self._legal_get_channel_of(data)
            if not channel or not (move.is_legal and move.is_sale_document()):
                continue
            if channel == "post":
                refusals = move._legal_get_send_refusals(channel)
                move._legal_mark_send_error(refusals)
                letters |= move.browse() if refusals else move
                continue
            partners = self.env["res.partner"].browse(data.get("mail_partner_ids", []))
            if channel == "portal":
                partners = self._legal_send_notice(move, data)
            if not partners:
                continue
            move._legal_mark_sent(
                channel, ", ".join(partner.email_formatted for partner in partners)
            )
        if letters:
            self.env["legal.post.batch"]._take(letters)
        return result

    @api.model
    def _legal_send_notice(self, move, move_data):
        """Tell the client that his invoice is online; nothing is attached.

        :return: whom it was sent to
        """
        template = self.env.ref("legal_billing.mail_template_invoice_notice")
        lang = self._get_default_mail_lang(move, template)
        to, copies = move._legal_get_recipients()
        partners = (to | copies).filtered("email")
        move_data = {
            **move_data,
            "mail_template": template,
            "mail_lang": lang,
            "mail_body": self._get_default_mail_body(move, template, lang),
            "mail_subject": self._get_default_mail_subject(move, template, lang),
            "mail_partner_ids": partners.ids,
            "mail_attachments_widget": [],
        }
        self.with_context(legal_is_notice=True)._send_mails({move: move_data})
        return partners

    def _get_mail_params(self, move, move_data):
        params = super()._get_mail_params(move, move_data)
        if self.env.context.get("legal_is_notice"):
            params["attachments"] = []
        return params

    def _send_mail(self, move, mail_template, **kwargs):
        """Write to the client's own people, and apart to the others: the personal word
        and the private annex are for the client alone."""
        if not (move.is_legal and move.is_sale_document()):
            return super()._send_mail(move, mail_template, **kwargs)
        partners = self.env["res.partner"].browse(kwargs.pop("partner_ids", []))
        own = partners.filtered(move._legal_may_get_annex)
        has_annex = move._legal_has_annex() and not self.env.context.get(
            "legal_is_notice"
        )
        if own:
            super()._send_mail(
                move.with_context(legal_only_to=own.ids, legal_with_annex=has_annex),
                mail_template,
                partner_ids=own.ids,
                **kwargs,
            )
        if others := partners - own:
            lang = self._get_default_mail_lang(move, mail_template)
            kwargs["body"] = self.with_context(
                legal_without_word=True
            )._get_default_mail_body(move, mail_template, lang)
            super()._send_mail(
                move.with_context(legal_only_to=others.ids),
                mail_template,
                partner_ids=others.ids,
                **kwargs,
            )
        return None


class AccountMoveSendBatchWizard(models.TransientModel):
    _inherit = "account.move.send.batch.wizard"

    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        sent = moves.filtered(lambda move: move._legal_was_sent())
        if sent:
            alerts["legal_already_sent"] = {
                "level": "info",
                "message": self.env._(
                    "%(count)s of these invoices were sent or wait to be posted: they"
                    " are left out. Open one to send it again.",
                    count=len(sent),
                ),
            }
        refused = [
            sentence
            for move in moves - sent
            if move.is_legal
            for channel in [self._legal_get_channel_of(moves_data[move])]
            if channel
            for sentence in move._legal_get_send_refusals(channel)
        ]
        if refused:
            alerts.pop("account_missing_email", None)
            alerts["legal_unreachable"] = {
                "level": "warning",
                "message": "\n".join(refused[:10]),
            }
        return alerts

    def action_send_and_print(self, force_synchronous=False, allow_fallback_pdf=False):
        """Leave alone what was sent before: nobody gets an invoice twice."""
        sent = self.move_ids.filtered(lambda move: move._legal_was_sent())
        if sent and sent == self.move_ids:
            raise UserError(
                self.env._(
                    "All these invoices were sent or wait to be posted: open one of"
                    " them to send it again."
                )
            )
        self.move_ids -= sent
        return super().action_send_and_print(
            force_synchronous=force_synchronous, allow_fallback_pdf=allow_fallback_pdf
        )
