from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.rounding import NEAREST, UP
from .res_partner import CLIENT_KINDS


class LegalMatter(models.Model):
    """A matter (dossier): the unit of work, of secrecy and of accounts.

    It owns one project, which brings tasks, milestones, timesheets and the
    analytic account. What the project and its account are called is neutral:
    the number of the matter, never its object.
    """

    _name = "legal.matter"
    _description = "Matter"
    _inherit = [
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "legal.time.start",
    ]
    _order = "matter_number desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["matter_number", "name", "partner_id.name"]
    _mail_post_access = "read"

    name = fields.Char("Object", required=True, tracking=True)
    matter_number = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    active = fields.Boolean(default=True)
    color = fields.Integer(export_string_translation=False)
    state = fields.Selection(
        [("draft", "To Open"), ("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        "res.currency",
        "Fee Currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        help="Fees are counted and billed in the currency stated on the client, else"
        " in the company's.",
    )

    partner_id = fields.Many2one(
        "res.partner",
        "Client",
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    client_kind = fields.Selection(
        CLIENT_KINDS,
        "Kind of Client",
        compute="_compute_client_kind",
        store=True,
        readonly=False,
        help="A director is a consumer in his own divorce: change it here.",
    )
    opposing_party_ids = fields.Many2many(
        "res.partner",
        "legal_matter_opposing_party_rel",
        "matter_id",
        "partner_id",
        "Opposing Parties",
    )
    practice_area_id = fields.Many2one(
        "legal.practice.area", index=True, check_company=True, ondelete="restrict"
    )
    responsible_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Answers to the client, approves the time and reviews the bills.",
    )
    originator_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        help="Brought the client to the firm.",
    )
    member_ids = fields.One2many("legal.matter.member", "matter_id", "Team")

    opened_on = fields.Date("Opened on", copy=False, tracking=True)
    closed_on = fields.Date(
        "Closed on", copy=False, tracking=True, help="No work after this day."
    )
    mandate_ended_on = fields.Date(
        "Mandate Ended on",
        copy=False,
        tracking=True,
        help="The prescription of the fees runs from the end of the mandate.",
    )
    mandate_end_reason = fields.Selection(
        [
            ("decision", "Final decision"),
            ("letter", "Letter ending the mandate"),
            ("withdrawal", "Withdrawal of the firm"),
            ("replacement", "Replaced by another lawyer"),
            ("done", "Work completed"),
            ("other", "Other"),
        ],
        "Reason of the End",
        copy=False,
    )

    time_increment_minutes = fields.Integer(
        "Time Increment",
        required=True,
        default=6,
        help="Minutes of one billing increment; 6 is a tenth of an hour.",
    )
    time_rounding = fields.Selection(
        [(UP, "To the next increment"), (NEAREST, "To the nearest increment")],
        "Rounding",
        required=True,
        default=UP,
    )

    project_id = fields.Many2one(
        "project.project",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    account_id = fields.Many2one(related="project_id.account_id")

    _number_unique = models.Constraint(
        "UNIQUE (company_id, matter_number)",
        "This matter number is taken already.",
    )
    _project_unique = models.Constraint(
        "UNIQUE (project_id)", "A project belongs to one matter."
    )
    _increment_positive = models.Constraint(
        "CHECK (time_increment_minutes BETWEEN 0 AND 240)",
        "A time increment is between 0 (no rounding) and 240 minutes.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on)",
        "A matter is closed after it was opened.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("matter_number", "name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name the matter; its number alone to whom the wall keeps out.

        The framework reads the label of a link with elevated rights, so that an
        accountant's journal item would tell the object of a walled matter.
        """
        user = self.env.user
        elevated = self.env.su and not user._is_superuser()
        for matter in self:
            name = matter.name or ""
            if elevated and not matter._lets_in(user):
                name = ""
            matter.display_name = f"{matter.matter_number} {name}".strip()

    @api.depends("partner_id.commercial_partner_id.commercial_client_kind")
    def _compute_client_kind(self):
        for matter in self:
            partner = matter.partner_id
            matter.client_kind = (
                partner.commercial_partner_id.commercial_client_kind
                or partner.commercial_client_kind
            )

    def _compute_access_url(self):
        for matter in self:
            matter.access_url = f"/my/matters/{matter.id}"

    # ---------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            vals["company_id"] = company.id
            if vals.get("matter_number", "/") == "/":
                vals["matter_number"] = self._next_number(company, vals)
            self._prepare_creator_member(vals)
        self._take_projects(vals_list)
        matters = super().create(vals_list)
        matters._neutralise_projects()
        matters._apply_wall()
        return matters

    def write(self, vals):
        if self._wall_fields() & vals.keys():
            self._check_can_change_wall()
        result = super().write(vals)
        if self._wall_fields() & vals.keys():
            self._apply_wall()
        if self._project_fields() & vals.keys():
            self._sync_projects()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for matter, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%s (copy)", matter.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_time(self):
        for matter in self:
            if (
                self.env["account.analytic.line"]
                .sudo()
                .search_count([("matter_id", "=", matter.id)], limit=1)
            ):
                raise UserError(
                    self.env._(
                        "%(matter)s has time or entries in the accounts: close it"
                        " instead of deleting it.",
                        matter=matter._neutral_label(),
                    )
                )

    def unlink(self):
        projects_sudo = self.project_id.sudo()
        result = super().unlink()
        projects_sudo.unlink()
        return result

    def _next_number(self, company, vals):
        return (
            self.env["ir.sequence"]
            .sudo()
            .with_company(company)
            .next_by_code("legal.matter", sequence_date=vals.get("opened_on"))
        )

    def _prepare_creator_member(self, vals):
        """Who opens a file for another stays on its team, else he could not
        read what he just wrote."""
        user = self.env.user
        responsible_id = vals.get("responsible_id", user.id)
        sees_it = responsible_id == user.id or (
            not vals.get("is_walled")
            and user.has_group("legal_timesheet.group_legal_office")
        )
        if self.env.su or sees_it or self._vals_name_member(vals, user):
            return
        vals["member_ids"] = [
            *vals.get("member_ids", []),
            fields.Command.create({"user_id": user.id, "role": "assistant"}),
        ]

    @staticmethod
    def _vals_name_member(vals, user):
        return any(
            command[0] == fields.Command.CREATE and command[2].get("user_id") == user.id
            for command in vals.get("member_ids", [])
        )

    # ------------------------------------------------------------------- project

    @api.model
    def _project_fields(self):
        return {"partner_id", "responsible_id", "active", "company_id"}

    def _take_projects(self, vals_list):
        """Give each matter its project: the one named, or a new one."""
        missing = [vals for vals in vals_list if not vals.get("project_id")]
        # sudo: a lawyer opens matters without being a project administrator
        projects_sudo = (
            self.env["project.project"]
            .sudo()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create([self._prepare_project_values(vals) for vals in missing])
        )
        for vals, project in zip(missing, projects_sudo, strict=True):
            vals["project_id"] = project.id

    def _prepare_project_values(self, vals):
        return {
            "name": vals["matter_number"],
            "company_id": vals["company_id"],
            "partner_id": vals.get("partner_id"),
            "user_id": vals.get("responsible_id", self.env.uid),
            "privacy_visibility": "followers",
            "allow_timesheets": True,
            "active": vals.get("active", True),
        }

    def _neutralise_projects(self):
        """The project and its analytic account say the number, and no more."""
        for matter in self.sudo():
            project = matter.project_id
            if not project.account_id:
                project._create_analytic_account()
            project.write(
                {
                    "name": matter.matter_number,
                    "privacy_visibility": "followers",
                    "allow_timesheets": True,
                    "company_id": matter.company_id.id,
                }
            )
            project.account_id.write(
                {"name": matter.matter_number, "partner_id": False}
            )

    def _sync_projects(self):
        for matter in self.sudo():
            matter.project_id.write(
                {
                    "partner_id": matter.partner_id.id,
                    "user_id": matter.responsible_id.id,
                    "active": matter.active,
                    "company_id": matter.company_id.id,
                }
            )

    # ------------------------------------------------------------------- opening

    def action_open(self):
        for matter in self:
            matter._check_can_open()
            matter._check_conflicts()
            matter.write(
                {
                    "state": "open",
                    "opened_on": matter.opened_on or fields.Date.context_today(matter),
                }
            )

    def action_close(self):
        today = fields.Date.context_today(self)
        for matter in self:
            matter._check_can_close()
            closed_on = matter.closed_on or max(today, matter.opened_on or today)
            matter.write(
                {
                    "state": "closed",
                    "closed_on": closed_on,
                    "mandate_ended_on": matter.mandate_ended_on or closed_on,
                    "mandate_end_reason": matter.mandate_end_reason or "done",
                }
            )

    def action_reopen(self):
        self._check_is(
            "closed", self.env._("%s is not closed: there is nothing to reopen.")
        )
        self.write(
            {
                "state": "open",
                "closed_on": False,
                "mandate_ended_on": False,
                "mandate_end_reason": False,
            }
        )

    def _check_can_open(self):
        self._check_is("draft", self.env._("%s is open already."))
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(matter)s has no client: choose one before opening the matter.",
                    matter=self.display_name,
                )
            )

    def _check_can_close(self):
        self._check_is(
            "open", self.env._("%s is not open: only an open matter is closed.")
        )
        # sudo: entries count whoever wrote them
        waiting = (
            self.env["account.analytic.line"]
            .sudo()
            .search_count(
                self._get_time_domain()
                & Domain("approval_state", "in", ("draft", "submitted"))
            )
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(matter)s still has %(count)s time entries to approve: approve or"
                    " delete them before closing the matter.",
                    matter=self._neutral_label(),
                    count=waiting,
                )
            )

    def _check_is(self, state, sentence):
        for matter in self:
            if matter.state != state:
                raise UserError(sentence % matter._neutral_label())

    # ------------------------------------------------------------------- helpers

    @api.constrains("member_ids", "state", "project_id", "company_id")
    def _check_project_company(self):
        for matter in self:
            company = matter.project_id.sudo().company_id
            if company and company != matter.company_id:
                raise ValidationError(
                    self.env._(
                        "%(matter)s and its project belong to two companies: move the"
                        " project to %(company)s first.",
                        matter=matter._neutral_label(),
                        company=matter.company_id.name,
                    )
                )

    def _neutral_label(self):
        """Return what outsiders may read: the number, never client or object."""
        self.ensure_one()
        return self.matter_number

    def _get_time_domain(self):
        """Return the domain of the time entries of these matters."""
        return Domain("matter_id", "in", self.ids) & Domain("project_id", "!=", False)

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "legal.matter",
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.display_name,
        }

    def _is_on_team(self, user, day):
        """Tell whether a person may record work on this matter that day."""
        self.ensure_one()
        matter_sudo = self.sudo()
        return user == matter_sudo.responsible_id or any(
            member.user_id == user and member._covers(day)
            for member in matter_sudo.member_ids
        )
