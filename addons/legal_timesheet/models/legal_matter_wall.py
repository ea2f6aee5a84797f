from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class LegalMatter(models.Model):
    """The wall of a matter: who is inside, and who is kept out.

    Record rules read three stored fields, one hop away from every satellite:
    ``wall_user_ids`` (the team in force today), ``open_group_id`` (the office,
    unless the matter is walled) and ``excluded_user_ids``.
    """

    _name = "legal.matter"
    _inherit = ["legal.wall.mixin", "legal.matter"]

    is_walled = fields.Boolean(
        "Walled",
        tracking=True,
        help="Closes the matter to everybody outside its team, the office included.",
    )
    excluded_user_ids = fields.Many2many(
        "res.users",
        "legal_matter_excluded_user_rel",
        "matter_id",
        "user_id",
        "Kept Out",
        domain="[('share', '=', False)]",
        help="These persons never see the matter, whatever their role.",
    )
    exclusion_reason = fields.Text(help="Why these persons are kept out.")
    wall_user_ids = fields.Many2many(
        "res.users",
        "legal_matter_wall_user_rel",
        "matter_id",
        "user_id",
        "Inside the Wall",
        compute="_compute_wall_user_ids",
        store=True,
        export_string_translation=False,
        help="The team in force today, less those kept out.",
    )
    open_group_id = fields.Many2one(
        "res.groups",
        compute="_compute_open_group_id",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.depends(
        "responsible_id",
        "excluded_user_ids",
        "member_ids.user_id",
        "member_ids.date_from",
        "member_ids.date_to",
    )
    def _compute_wall_user_ids(self):
        today = fields.Date.context_today(self)
        for matter in self:
            in_force = matter.member_ids.filtered(lambda m: m._covers(today))
            matter.wall_user_ids = (
                in_force.user_id | matter.responsible_id
            ) - matter.excluded_user_ids

    @api.depends("is_walled")
    def _compute_open_group_id(self):
        office = self.env.ref("legal_timesheet.group_legal_office")
        for matter in self:
            matter.open_group_id = False if matter.is_walled else office

    @api.constrains("excluded_user_ids", "responsible_id", "exclusion_reason")
    def _check_exclusions(self):
        for matter in self:
            if matter.responsible_id in matter.excluded_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(person)s is responsible for %(matter)s and cannot be kept"
                        " out of it: name another responsible first.",
                        person=matter.responsible_id.name,
                        matter=matter._neutral_label(),
                    )
                )
            if matter.excluded_user_ids and not (matter.exclusion_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(matter)s keeps %(persons)s out without saying why: write the"
                        " reason beside the names.",
                        matter=matter._neutral_label(),
                        persons=", ".join(matter.excluded_user_ids.mapped("name")),
                    )
                )

    # ------------------------------------------------------------------ who is in

    @api.model
    def _legal_wall_field(self):
        return "id"

    def _legal_get_matter(self):
        self.ensure_one()
        return self.sudo()

    @api.model
    def _domain_let_in(self, user):
        """Return the domain of the matters a person may see."""
        return Domain("wall_user_ids", "in", user.ids) | (
            Domain("open_group_id", "in", user.all_group_ids.ids)
            & Domain("excluded_user_ids", "not in", user.ids)
        )

    @api.model
    def _search_blocked(self, user):
        """Return the query of the matters walled off from a person."""
        return self.with_context(active_test=False)._search(~self._domain_let_in(user))

    def _lets_in(self, user):
        """Tell whether a person may see this matter; said of the wall alone."""
        self.ensure_one()
        return user in self.wall_user_ids or (
            self.open_group_id in user.all_group_ids
            and user not in self.excluded_user_ids
        )

    def _filter_wall_partners(self, partners):
        """Return the partners who may follow or be told about these matters.

        People of the firm need the wall of each of them to let them in. Outside the
        firm, the client's side may be written to; an opposing party never.
        """
        if not self:
            return partners
        opponents = self.opposing_party_ids.commercial_partner_id
        return partners.filtered(
            lambda partner: all(
                matter._lets_in_partner(partner, opponents) for matter in self
            )
        )

    def _lets_in_partner(self, partner, opponents):
        users = partner.user_ids
        internal = users.filtered(lambda user: not user.share)
        if internal:
            return any(self._lets_in(user) for user in internal)
        if partner.commercial_partner_id in opponents:
            return False
        client = self.partner_id.commercial_partner_id
        return not users or partner.commercial_partner_id == client

    # --------------------------------------------------------------- its changes

    @api.model
    def _wall_fields(self):
        return {
            "responsible_id",
            "member_ids",
            "is_walled",
            "excluded_user_ids",
            "exclusion_reason",
        }

    def _check_can_change_wall(self):
        """Only those who answer for a matter decide who sees it."""
        if self.env.su:
            return
        user = self.env.user
        is_admin = user.has_group("legal_timesheet.group_legal_administrator")
        today = fields.Date.context_today(self)
        for matter in self:
            leads = matter.member_ids.filtered(
                lambda m: m.role == "lead" and m._covers(today)
            ).user_id
            is_author = matter.state == "draft" and matter.create_uid == user
            if not (is_admin or is_author or user in matter.responsible_id | leads):
                raise AccessError(
                    self.env._(
                        "Only %(responsible)s, a lead of the team or a legal"
                        " administrator changes who sees %(matter)s: ask one of them.",
                        responsible=matter.responsible_id.name,
                        matter=matter._neutral_label(),
                    )
                )

    def _apply_wall(self):
        """Take out what still shows the matter to those who are now outside."""
        self.flush_recordset(["wall_user_ids", "open_group_id", "excluded_user_ids"])
        for matter in self.sudo():
            for model, records in matter._get_wall_satellites():
                matter._evict_followers(model, records)
                matter._evict_activities(model, records)

    def _get_wall_satellites(self):
        """Return ``[(model name, records)]`` of all that hangs on this matter."""
        return [
            (
                name,
                self.env[name]
                .with_context(active_test=False)
                .search(Domain(self.env[name]._legal_wall_field(), "=", self.id)),
            )
            for name in self._legal_wall_models()
        ]

    def _evict_followers(self, model, records):
        followers = self.env["mail.followers"].search(
            [("res_model", "=", model), ("res_id", "in", records.ids)]
        )
        kept = self._filter_wall_partners(followers.partner_id)
        followers.filtered(lambda f: f.partner_id not in kept).unlink()

    def _evict_activities(self, model, records):
        """Give the activities of those outside to the responsible."""
        activities = self.env["mail.activity"].search(
            [("res_model", "=", model), ("res_id", "in", records.ids)]
        )
        outside = activities.filtered(
            lambda a: a.user_id and not self._lets_in(a.user_id)
        )
        if outside:
            outside.with_context(mail_activity_quick_update=True).write(
                {"user_id": self.responsible_id.id}
            )

    @api.model
    def _cron_refresh_walls(self, today=None):
        """At midnight, let in those who join and out those who leave."""
        today = today or fields.Date.context_today(self)
        dated = self.env["legal.matter.member"].search(
            Domain("date_from", "!=", False) | Domain("date_to", "!=", False)
        )
        for matter in dated.matter_id.with_context(active_test=False):
            in_force = matter.member_ids.filtered(lambda m: m._covers(today))
            inside = (
                in_force.user_id | matter.responsible_id
            ) - matter.excluded_user_ids
            if inside != matter.wall_user_ids:
                matter.wall_user_ids = [Command.set(inside.ids)]
                matter._apply_wall()
