import secrets
import string

from odoo import api, fields, models

ALPHABET = string.ascii_letters + string.digits
LENGTH = 10  # 59 bits: not to be guessed through a web server


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_code = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        export_string_translation=False,
    )

    _dunning_code_unique = models.UniqueIndex(
        "(dunning_code) WHERE dunning_code IS NOT NULL"
    )

    def _get_dunning_sms_link(self):
        """Return a short address: a portal link alone would fill half the message."""
        self.ensure_one()
        # sudo: the code stands for the link that the very client written to gets.
        move = self.sudo()
        if not move.dunning_code and isinstance(move.id, int):
            move.dunning_code = "".join(
                secrets.choice(ALPHABET) for _place in range(LENGTH)
            )
        return f"{move.get_base_url()}/f/{move.dunning_code}"

    @api.model
    def _find_by_dunning_code(self, code):
        """Return the posted invoice of a text message, none when there is none."""
        if len(code) != LENGTH or not code.isalnum():
            return self.browse()
        # sudo: whoever holds the code may read this one invoice.
        return self.sudo().search(
            [("dunning_code", "=", code), ("state", "=", "posted")], limit=1
        )
