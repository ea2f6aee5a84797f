from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class LegalWallAttachedMixin(models.AbstractModel):
    """Rows that hang on any record by ``(model name, id)``.

    They have no matter of their own, and stock access to them is looser than to
    the record they hang on. List it *before* the model it extends.
    """

    _name = "legal.wall.attached.mixin"
    _description = "Attached to what Stands Behind a Wall"

    _wall_model_field = "res_model"
    _wall_id_field = "res_id"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._domain_not_walled()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        """Add the rows behind a wall to what is forbidden anyway."""
        result = super()._check_access(operation)
        walled = self.browse() if self.env.su else self._filter_walled()
        if not walled:
            return result
        if result:
            return result[0] | walled, result[1]
        return walled, lambda: AccessError(
            self.env._("This belongs to a matter that is closed to you.")
        )

    def export_data(self, fields_to_export):
        """Some of these models read without checking: an export checks first."""
        self.check_access("read")
        return super().export_data(fields_to_export)

    @api.model
    def _domain_not_walled(self):
        """Return the domain of the rows on no record walled off from the user."""
        return Domain.AND(
            Domain.custom(to_sql=self._make_wall_sql(name))
            for name in self.env["legal.wall.mixin"]._legal_wall_models()
        )

    def _make_wall_sql(self, name):
        blocked = self._get_blocked_query(name).subselect()
        # the stock searches of these models run without flushing what they join
        self.env.flush_query(blocked)

        def to_sql(_model, alias, _query):
            return SQL(
                "(%(model)s IS DISTINCT FROM %(name)s OR %(id)s IS NULL"
                " OR %(id)s NOT IN %(blocked)s)",
                model=SQL.identifier(alias, self._wall_model_field),
                name=name,
                id=SQL.identifier(alias, self._wall_id_field),
                blocked=blocked,
            )

        return to_sql

    def _filter_walled(self):
        guarded = set(self.env["legal.wall.mixin"]._legal_wall_models())
        walled_ids = []
        for name, rows_sudo in self.sudo().grouped(self._wall_model_field).items():
            if name in guarded:
                res_ids = rows_sudo.mapped(self._wall_id_field)
                blocked = set(self._get_blocked_query(name, res_ids))
                walled_ids += [
                    row.id for row in rows_sudo if row[self._wall_id_field] in blocked
                ]
        return self.browse(walled_ids)

    def _get_blocked_query(self, name, res_ids=None):
        """Return the query of the records of a model walled off from the user."""
        domain = self.env[name]._legal_blocked_domain()
        if res_ids is not None:
            domain &= Domain("id", "in", res_ids)
        # sudo: the wall is the only question asked here
        return self.env[name].sudo().with_context(active_test=False)._search(domain)
