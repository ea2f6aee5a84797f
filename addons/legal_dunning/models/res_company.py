import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import sending_days
from ..engine.sending_days import EitherDay
from ..public_holidays import public_holidays

DEFAULT_TZ = "Europe/Paris"


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_policy_id = fields.Many2one(
        "legal.dunning.policy",
        domain="[('company_id', '=', id)]",
        help="For clients of whose kind no policy speaks.",
    )
    dunning_off = fields.Boolean("No Reminders at All")
    dunning_saturday = fields.Boolean(
        "Send on Saturdays",
        default=True,
        help="Messages never leave on a Sunday or a public holiday.",
    )
    dunning_collector_id = fields.Many2one(
        "res.users",
        "Collector",
        help="Makes the calls. Empty: the first person with that role.",
    )
    dunning_alsace_moselle = fields.Boolean(
        "Alsace-Moselle Holidays",
        help="Good Friday and 26 December are holidays as well.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._legal_setup_dunning_policies()
        return companies

    def _legal_setup_dunning_policies(self):
        """Give each company its own copy of the ready-made policies; run at will."""
        Policy = self.env["legal.dunning.policy"].sudo()
        models_ = Policy._get_models()
        for company in self:
            own = Policy.with_context(active_test=False).search(
                [("company_id", "=", company.id)]
            )
            for model in models_ - own.model_id:
                own |= model._copy_for(company)
            if not company.dunning_policy_id:
                company.dunning_policy_id = own.filtered(
                    lambda policy: policy.client_kind == "professional"
                )[:1]
            self.env["legal.payer.profile"]._setup_for(company)

    @api.model
    def _legal_update_dunning_policies(self):
        """Give every company what the ready-made policies have gained; run at will."""
        companies = self.sudo().search([])
        companies._legal_setup_dunning_policies()
        self.env["legal.dunning.policy"].sudo().with_context(active_test=False).search(
            [("company_id", "in", companies.ids)]
        )._complete_from_model()

    # Days and hours -----------------------------------------------------------

    def _get_dunning_calendar(self, country=None):
        """Return the days on which this company's messages may leave.

        :param country: country of the payer, whose holidays are kept as well
        """
        self.ensure_one()
        company = self.sudo()
        own = company.country_id.code or "FR"
        closed = public_holidays(own, company.dunning_alsace_moselle)
        if country and country.code != own:
            closed = EitherDay(closed, public_holidays(country.code))
        return sending_days.SendingCalendar(closed, company.dunning_saturday)

    def _get_dunning_calendars(self, partners):
        """Return {country: calendar} of these payers, no country included."""
        countries = partners.sudo().country_id
        return {
            country: self._get_dunning_calendar(country)
            for country in [countries.browse(), *countries]
        }

    def _get_dunning_collectors(self):
        """Return who collects for this company, the first named in the settings."""
        self.ensure_one()
        # sudo: names of colleagues, to hand work over.
        group = self.env.ref("legal_dunning.group_legal_collector").sudo()
        users = group.all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and self in user.company_ids
                and user != self.env.ref("base.user_root")
            )
        ).sorted("id")
        return self.sudo().dunning_collector_id | users

    def _get_dunning_now(self):
        """Return the local time where the company is."""
        self.ensure_one()
        zone = pytz.timezone(self.sudo().partner_id.tz or DEFAULT_TZ)
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone)

    def _get_dunning_today(self):
        self.ensure_one()
        return self._get_dunning_now().date()

    def _is_dunning_open_now(self):
        self.ensure_one()
        return sending_days.is_open_hour(self._get_dunning_now().time())

    def _get_dunning_upcoming_day(self):
        """Return the day whose messages are still to leave."""
        self.ensure_one()
        now = self._get_dunning_now()
        calendar = self._get_dunning_calendar()
        if now.time() < sending_days.FIRST_HOUR:
            return calendar.on_or_after(now.date())
        return calendar.after(now.date())

    def _check_dunning_day(self, day):
        """Raise unless a message may leave on that day, at this hour."""
        self.ensure_one()
        calendar = self._get_dunning_calendar()
        if not calendar.is_open(day):
            raise UserError(
                self.env._(
                    "No reminder leaves on a Sunday, a public holiday or a day the"
                    " firm has closed: the next day is %(day)s.",
                    day=format_date(self.env, calendar.on_or_after(day)),
                )
            )
        if not self._is_dunning_open_now():
            raise UserError(
                self.env._(
                    "Reminders leave between 9:00 and 19:00: this one stays planned."
                )
            )

    # Words --------------------------------------------------------------------

    def _get_dunning_bar(self):
        self.ensure_one()
        return self.sudo().legal_bar or ""

    def _get_dunning_accent(self):
        self.ensure_one()
        return self.sudo().legal_accent_color or self.primary_color or "#1f3a5f"
