from odoo import fields, models

DECIDED_CHANNELS = [
    ("email", "by e-mail"),
    ("letter", "by letter"),
    ("registered", "by registered letter"),
]


class LegalDunningLevel(models.Model):
    """What a level needs beside its words: its channel's own text, who is copied."""

    _inherit = "legal.dunning.level"

    sms_text = fields.Text(
        "Text Message",
        translate=True,
        help="At most 160 characters once filled; amounts and dates are written short.",
    )
    call_script = fields.Text(
        "What to Say",
        translate=True,
        help="Shown to whoever calls. Empty: the text of the message.",
    )
    is_formal_notice = fields.Boolean(
        "Formal Notice",
        help="Its receipt is recorded. From the day after, a private individual owes"
        " legal interest (C. civ., art. 1231-6 and 1344-1).",
    )
    decided_channel = fields.Selection(
        DECIDED_CHANNELS,
        "Then Sent",
        required=True,
        default="letter",
        help="How the client is told once a partner has decided to go on.",
    )
    attach_invoices = fields.Boolean("Enclose the Invoices")
    attach_agreement = fields.Boolean("Enclose the Fee Agreement")
    copy_accountant = fields.Boolean(
        "Copy to the Client's Accountant",
        help="The contacts of the client marked as its accountant.",
    )
    copy_director = fields.Boolean(
        "Copy to the Client's Management",
        help="The contacts of the client marked as its management.",
    )
    copy_lead = fields.Boolean("Copy to the Responsible")

    def _fill_model(self, words):
        """Give a ready-made level the words it lacks; what is there stays."""
        source = self.with_context(lang="en_US")
        for name, text in words.items():
            if not source[name]:
                source[name] = text
