import io
from contextlib import contextmanager
from unittest.mock import patch

from lxml import etree
from pypdf import PdfReader

from odoo.tests import tagged

from ..models.text_policy import TEXT_POLICIES
from .common_document import DocumentCommon, real_send

SECRET = "Diligence confidentielle"


@tagged("post_install", "-at_install")
class TestAnnex(DocumentCommon):
    """What the client reads of the work: on the invoice, or beside it for him."""

    @contextmanager
    def _mails(self):
        sent = []
        server = type(self.env["ir.mail_server"])

        def accept(server, message, *args, **kw):
            sent.append(message)
            return message["Message-Id"]

        with (
            real_send(self.env) as env,
            patch.object(server, "_disable_send", lambda *a: False),
            patch.object(server, "_connect__", lambda *args, **kw: None),
            patch.object(server, "send_email", accept),
        ):
            yield env, sent

    def _read(self, raw):
        return " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages
        )

    def test_each_policy_sends_or_withholds_the_annex(self):
        """On the invoice alone, or in an annex that no tax document ever holds."""
        for policy, _label in TEXT_POLICIES:
            is_beside = policy != "detailed"
            move = self._bill_hours(policy=policy)
            with self._mails() as (env, sent):
                move.with_env(env)._generate_and_send(sending_methods=["email"])
                self.env["mail.mail"].with_env(env).search(
                    [("mail_message_id", "in", move.message_ids.ids)]
                ).send()
            with self.subTest(policy):
                self.assertEqual(len(sent), 1)
                files = {
                    part.get_filename(): part.get_content()
                    for part in sent[0].iter_attachments()
                }
                annexes = [name for name in files if "annexe" in name.lower()]
                self.assertEqual(len(annexes), 1 if is_beside else 0, files.keys())
                for name in annexes:
                    self.assertIn(SECRET, self._read(files[name]))
                    self.assertFalse(PdfReader(io.BytesIO(files[name])).attachments)
                self._check_tax_document(move, is_beside)
                letter = move._legal_get_letter()
                self.assertEqual(len(letter), 2 if is_beside else 1)

    def _check_tax_document(self, move, is_beside):
        """The file, its XML, what is archived and what a platform gets."""
        raw, xml = self._get_files(move)
        embedded = PdfReader(io.BytesIO(raw)).attachments
        self.assertEqual(list(embedded), ["factur-x.xml"])
        self.assertEqual(SECRET in self._read(raw), not is_beside)
        words = "".join(etree.fromstring(xml).itertext())
        if is_beside:
            self.assertNotIn(SECRET, words)
        kept = self.env["ir.attachment"].search(
            [
                ("res_model", "in", ("account.move", "mail.message")),
                ("res_id", "in", move.ids + move.message_ids.ids),
                ("res_field", "in", (False, *self._get_file_fields())),
            ]
        )
        kept |= move.message_ids.attachment_ids
        self.assertFalse([name for name in kept.mapped("name") if "annexe" in name])
        for attachment in kept.filtered(lambda a: a.mimetype == "application/pdf"):
            self.assertEqual(SECRET in self._read(attachment.raw), not is_beside)
        message = self.env["legal.einvoice.message"].new(
            {"move_id": move.id, "kind": "invoice"}
        )
        self.assertEqual(message._get_file()[1], raw)

    def _get_file_fields(self):
        return [
            name
            for name, field in self.env["account.move"]._fields.items()
            if field.type == "binary" and getattr(field, "attachment", False)
        ]

    def test_who_pays_in_his_place_gets_none(self):
        """Another payer's invoice has no annex, whatever the policy."""
        move = self._bill_hours(policy="neutral")
        self.assertTrue(move._legal_has_annex())
        move.matter_ids.sudo().partner_id = self.consumer
        self.assertFalse(move._legal_has_annex())
