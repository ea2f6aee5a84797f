from odoo import api, models


class LegalKeptMixin(models.AbstractModel):
    """Settings that every worker keeps in its memory, read again once they change.

    The memory is forgotten after the change: before it, another thread would fill it
    with what stood there until then.
    """

    _name = "legal.kept.mixin"
    _description = "Setting Kept in Memory"

    #: fields that what is kept depends on; ``None``: all of them
    _kept_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._kept_fields is None or self._kept_fields & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
