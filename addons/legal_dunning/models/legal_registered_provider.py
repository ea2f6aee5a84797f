from odoo import api, models
from odoo.exceptions import UserError

from .legal_dunning_policy import PROTECTED_KINDS


class LegalRegisteredProvider(models.AbstractModel):
    """What a service of electronic registered letters must be able to do.

    A provider is an abstract model that inherits this one, and a value of that name
    added to the selection of ``res.company.dunning_registered_provider``, which the
    settings offer. Without one, letters are printed and posted by hand: their number
    and proof are typed in and attached.

    A letter goes ``deposited`` (:meth:`_submit`) → presented → received, refused or
    not claimed (:meth:`_poll`); the dates and proofs are kept on the message, and days
    count from them. Whatever a service does wrong concerns the letter alone.
    """

    _name = "legal.registered.provider"
    _description = "Electronic Registered Letters"

    @api.model
    def _for(self, company):
        """Return the provider of a company, or None when letters are posted by hand."""
        name = company.sudo().dunning_registered_provider
        return self.env[name] if name and name in self.env.registry else None

    @api.model
    def _submit(self, action, files):
        """Hand a letter over.

        :param action: the message, with its addressee and its address
        :param files: [(name, PDF bytes)], the letter first
        :return: {"reference": str, "proof": (name, bytes) or None}
        :raise UserError: the service refuses it; the message stays unsent
        """
        raise NotImplementedError

    @api.model
    def _poll(self, actions):
        """Return what the service knows of letters on their way.

        :return: {action: {"presented_on", "received_on", "return_reason", "receipt"}}
            with only what is new; ``receipt`` is (name, bytes)
        """
        raise NotImplementedError

    @api.model
    def _check_consent(self, action):
        """Raise unless the addressee may be written to electronically."""
        partner = action.recipient_id
        consent = (
            partner.registered_email_consent_on
            or action.partner_id.registered_email_consent_on
        )
        if action.kind in PROTECTED_KINDS and not consent:
            raise UserError(
                self.env._(
                    "%(client)s has not agreed to electronic registered letters (CPCE,"
                    " art. L. 100): post this one on paper, or enter the agreement's"
                    " date on the client.",
                    client=action.partner_id.name,
                )
            )
        if not action.email_to:
            raise UserError(
                self.env._(
                    "%(client)s has no e-mail address for an electronic registered"
                    " letter: enter it on the client.",
                    client=action.partner_id.name,
                )
            )
