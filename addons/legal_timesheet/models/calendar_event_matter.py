from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: nothing is guessed for what is read, not typed
_GUESS = {"compute": "_compute_matter_guess", "compute_sudo": False}


class CalendarEvent(models.Model):
    """The meeting of a matter.

    Calendars stay as they are: everybody sees when colleagues are busy. What an
    event of a matter says is for those the wall lets in and for its attendees;
    to others it reads "Busy", as the stock does with a private one. The matter
    is part of what is hidden.
    """

    _inherit = "calendar.event"

    matter_id = fields.Many2one(
        "legal.matter",
        index="btree_not_null",
        ondelete="set null",
        help="The time of this meeting is suggested on this matter.",
    )
    matter_guess_id = fields.Many2one("legal.matter", "Probable Matter", **_GUESS)
    matter_guess_reason = fields.Char("Why this Matter", **_GUESS)

    # ------------------------------------------------------------------- guess

    @api.depends("name", "partner_ids", "matter_id", "res_model", "res_id")
    @api.depends_context("uid")
    def _compute_matter_guess(self):
        self.matter_guess_id = self.matter_guess_reason = False
        if not self.env.user.has_group("legal_timesheet.group_legal_user"):
            return
        events = self.filtered(lambda event: not event.matter_id and event.name)
        today = fields.Date.context_today(self)
        Matter = self.env["legal.matter"]
        for event, found in events._route_to_matter(today):
            if found.matter:
                event.matter_guess_id = found.matter
                event.matter_guess_reason = found.explain(Matter._get_routing_phrases())

    def _route_to_matter(self, today):
        """Return ``[(event, route)]``, as suggestions will route them."""
        Suggestion = self.env["legal.time.suggestion"]
        records = [(e.res_model, e.res_id) for e in self if e.res_model and e.res_id]
        matter_of = Suggestion._get_matters_of(records)
        days = [event.start.date() for event in self if event.start] or [today]
        hints = [Suggestion._get_meeting_hints(event, matter_of) for event in self]
        routes = self.env["legal.matter"]._route(hints, min(days), max(days))
        return zip(self, routes, strict=True)

    def action_take_matter_guess(self):
        """Give the event the matter it probably belongs to."""
        for event in self.filtered("matter_guess_id"):
            event.matter_id = event.matter_guess_id
        return True

    def _get_time_matter(self):
        """The matter that the meeting names goes before that of its record."""
        return self.matter_id or super()._get_time_matter()

    # -------------------------------------------------------------------- wall

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_name_matter(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_name_matter(vals)
        return super().write(vals)

    @api.model
    def _check_may_name_matter(self, vals):
        """Nobody puts a meeting on a matter that is closed to him."""
        if not vals.get("matter_id"):
            return
        matter = self.env["legal.matter"].browse(vals["matter_id"])
        if not matter.has_access("read"):
            raise AccessError(
                self.env._(
                    "This meeting cannot be put on a matter that is closed to you:"
                    " choose one of your matters."
                )
            )

    def _check_private_event_conditions(self):
        return super()._check_private_event_conditions() or self._is_behind_wall()

    def _is_behind_wall(self):
        """Tell whether the matter of this event is closed to the current user."""
        user = self.env.user
        # sudo: the wall is the only question asked here
        event_sudo = self.sudo()
        matter_sudo = event_sudo.matter_id
        return bool(
            matter_sudo
            and not matter_sudo._lets_in(user)
            and event_sudo.user_id != user
            and user.partner_id not in event_sudo.partner_ids
        )

    @api.model
    def _get_default_privacy_domain(self):
        """Leave the events behind a wall out of groups by what they say."""
        user = self.env.user
        blocked = self.env["legal.matter"].sudo()._search_blocked(user)
        let_in = (
            Domain("matter_id", "=", False)
            | Domain("matter_id", "not in", blocked)
            | Domain("user_id", "=", user.id)
            | Domain("partner_ids", "in", user.partner_id.ids)
        )
        return Domain(super()._get_default_privacy_domain()) & let_in
