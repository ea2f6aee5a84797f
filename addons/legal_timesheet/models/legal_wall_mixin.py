from odoo import api, models
from odoo.fields import Domain


class LegalWallMixin(models.AbstractModel):
    """A model whose records belong to a matter and stand behind its wall.

    Record rules close the records themselves; this mixin closes what rules do
    not reach: who follows them, who is notified, and what hangs on them in
    ``mail.followers``, ``mail.message`` and ``mail.activity``.

    List it *before* the model it extends, so that it speaks first::

        _name = "project.task"
        _inherit = ["legal.wall.mixin", "project.task"]
    """

    _name = "legal.wall.mixin"
    _description = "Behind the Wall of a Matter"

    @api.model
    def _legal_wall_models(self):
        """Return the names of the stored models that stand behind a wall."""
        return [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, self.env.registry["legal.wall.mixin"])
            and not model._abstract
        ]

    @api.model
    def _legal_wall_field(self):
        """Return the field that leads to the matter ("id" on the matter)."""
        return "matter_id"

    @api.model
    def _legal_blocked_domain(self):
        """Return the domain of the records that are walled off from the user."""
        blocked = self.env["legal.matter"].sudo()._search_blocked(self.env.user)
        return Domain(self._legal_wall_field(), "in", blocked)

    def _legal_get_matter(self):
        self.ensure_one()
        return self.sudo()[self._legal_wall_field()]

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Subscribe only those the wall lets in, matter by matter."""
        if not partner_ids:
            return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)
        partners = self.env["res.partner"].sudo().browse(partner_ids)
        for record in self:
            allowed = record._legal_get_matter()._filter_wall_partners(partners)
            if allowed:
                super(LegalWallMixin, record)._message_subscribe(
                    allowed.ids, subtype_ids, customer_ids
                )
        return True

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Notify only those the wall lets in, even when named one by one."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        matter = self._legal_get_matter() if len(self) == 1 else None
        if not matter or not recipients:
            return recipients
        partners = (
            self.env["res.partner"]
            .sudo()
            .browse([recipient["id"] for recipient in recipients if recipient["id"]])
        )
        allowed = set(matter._filter_wall_partners(partners).ids)
        return [r for r in recipients if not r["id"] or r["id"] in allowed]
