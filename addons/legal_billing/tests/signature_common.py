import base64
import io

from PIL import Image, ImageDraw

from .common import LegalBillingCommon

PROOF = {
    "channel": "link",
    "ip": "203.0.113.7",
    "agent": "Mozilla/5.0 (iPhone)",
    "user_id": False,
}
SENTENCE = "Clause secrète sur la prescription"


def drawing():
    """Return a signature as the browser sends it: a PNG on nothing, in base64."""
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((20, 80, 150, 20, 280, 70), fill=(20, 30, 60), width=4)
    output = io.BytesIO()
    image.save(output, "PNG")
    return base64.b64encode(output.getvalue()).decode()


class LegalSignatureCommon(LegalBillingCommon):
    """Agreements before a client: Paul Vauban, who signs for Ateliers Vauban."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signatory = cls.env["res.partner"].create(
            {
                "name": "Paul Vauban",
                "email": "paul@ateliers-vauban.example",
                "parent_id": cls.client.id,
                "lang": "fr_FR",
            }
        )
        cls.lawyers["partner"].user_id.email = "claire@lanterne-avocats.example"

    @classmethod
    def _create_draft(cls, terms=None, **kw):
        matter = cls._create_matter(name="Recouvrement Bellerive")
        return cls._create_agreement(
            matter,
            terms or [{"kind": "hourly"}],
            sign=False,
            signed_on=False,
            note=f"<p>{SENTENCE}</p>",
            **kw,
        )

    @classmethod
    def _send(cls, agreement=None, **kw):
        agreement = agreement or cls._create_draft()
        agreement._send_to_client(cls.signatory, **kw)
        return agreement

    @classmethod
    def _sign(cls, agreement, **kw):
        values = {
            "name": "Paul Vauban",
            "signature": drawing(),
            "seen": agreement.sent_digest,
            "proof": PROOF,
            **kw,
        }
        return agreement.sudo()._client_sign(**values)

    def _mails(self, agreement):
        """Return the e-mails on their way to the client, oldest first."""
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", self.signatory.ids)], order="id"
        )
