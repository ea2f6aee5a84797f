from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formatLang

from ..engine.durations import format_duration, hours_from_minutes
from ..engine.quick_entry import parse_line, plain


class AccountAnalyticLine(models.Model):
    """A time entry from one line of text: understood, priced and shown, then saved.

    The preview and the entry come from the same values: what is shown is what is
    written. ``defaults`` holds what the place already knows (the matter of the
    form, the day of the screen); what the line says wins.
    """

    _inherit = "account.analytic.line"

    # ----------------------------------------------------------------------- RPC

    @api.model
    def legal_quick_preview(self, line, defaults=None, caret=None):
        """Return what a line means and costs, without writing anything.

        :param str line: the text
        :param dict defaults: ``matter_id``, ``task_id``, ``activity_code_id``,
            ``date``, ``minutes``, ``narrative``
        :param int caret: where the person is typing, to complete that word
        """
        self.browse().check_access("create")
        parts = self._legal_quick_parse(line, defaults)
        preview = self._legal_quick_describe(parts)
        if caret is not None:
            preview["completions"] = self._legal_quick_complete(line, caret, parts)
        return preview

    @api.model
    def legal_quick_create(self, line, defaults=None):
        """Create the entry that a line means; refuse it in one sentence."""
        parts = self._legal_quick_parse(line, defaults)
        if parts["missing"]:
            raise UserError(parts["missing"])
        entry = self.create(self._legal_quick_values(parts))
        shown = self._legal_quick_describe(parts, entry)
        return {**shown, "id": entry.id, "sentence": shown["understood"]}

    # ------------------------------------------------------------------- reading

    @api.model
    def _legal_quick_parse(self, line, defaults=None):
        """Return the parts of an entry: records, minutes, words, what is missing."""
        line = (line or "")[:1000]
        today = fields.Date.context_today(self)
        Matter = self.env["legal.matter"]
        numbers = Matter._find_numbers(line)
        parsed = parse_line(line, today, numbers)
        if parsed.matter is None and not parsed.client:
            parsed = parse_line(line, today, numbers, Matter._find_parts(line))
        known = self._legal_quick_defaults(defaults)
        activity, problem = self._legal_quick_activity(parsed.activity)
        matter = Matter.browse(parsed.matter) if parsed.matter else known["matter"]
        if parsed.client and not parsed.matter:
            matter, question = self._legal_quick_client(parsed.client)
            problem = problem or question
        task = known["task"]
        if task.matter_id != matter:
            task = task.browse()
        parts = {
            "matter": matter,
            "minutes": parsed.minutes or known["minutes"],
            "activity": activity or known["activity"],
            "day": parsed.day or known["day"] or today,
            "narrative": parsed.narrative or known["narrative"],
            "task": task,
            "is_empty": not line.strip(),
        }
        return {**parts, "missing": problem or self._legal_quick_missing(parts)}

    @api.model
    def _legal_quick_defaults(self, defaults):
        """Return the records and values that a browser sent, as far as the user
        may read them."""
        defaults = defaults or {}

        def readable(model, name):
            record_id = defaults.get(name)
            domain = [("id", "=", record_id)]
            Model = self.env[model]
            return Model.search(domain) if isinstance(record_id, int) else Model

        minutes = defaults.get("minutes")
        return {
            "matter": readable("legal.matter", "matter_id"),
            "task": readable("project.task", "task_id"),
            "activity": readable("legal.activity.code", "activity_code_id"),
            "day": fields.Date.to_date(defaults.get("date") or False),
            "minutes": int(minutes) if isinstance(minutes, int | float) else 0,
            "narrative": str(defaults.get("narrative") or "").strip(),
        }

    @api.model
    def _legal_quick_activity(self, word):
        """Return the activity that ``#word`` names, and a sentence when none does."""
        Activity = self.env["legal.activity.code"]
        if not word:
            return Activity, False
        fits = self._legal_quick_activities(word)
        exact = fits.filtered(lambda a: plain(word) in (plain(a.code), plain(a.name)))
        found = exact[:1] or fits
        if len(found) == 1:
            return found, False
        if found:
            return Activity, self.env._(
                "#%(word)s may be %(activities)s: write one letter more.",
                word=word,
                activities=", ".join(found.mapped("name")),
            )
        return Activity, self.env._(
            "No activity is called #%(word)s: choose one of the list that # opens.",
            word=word,
        )

    @api.model
    def _legal_quick_activities(self, word):
        """Return the activities whose code or name begins with a word."""
        start = plain(word)
        return (
            self.env["legal.activity.code"]
            .search([])
            .filtered(
                lambda a: (
                    plain(a.code).startswith(start) or plain(a.name).startswith(start)
                )
            )
        )

    @api.model
    def _legal_quick_client(self, word):
        """Return the matter that ``@@word`` names, and a sentence when none does."""
        matters = self.env["legal.matter"]._find_by_client(word)
        if len(matters) == 1:
            return matters, False
        none = matters.browse()
        if not matters:
            return none, self.env._(
                "You have no open matter of a client called %(word)s: write the"
                " number of the matter.",
                word=word,
            )
        return none, self.env._(
            "%(word)s has several matters (%(numbers)s): write the number of one.",
            word=word,
            numbers=", ".join(matters[:4].mapped("matter_number")),
        )

    @api.model
    def _legal_quick_missing(self, parts):
        """Return what is still to be said, one sentence or nothing."""
        if not parts["matter"]:
            return self.env._(
                "Which matter? Write its number, or @@ and its client's name."
            )
        if not parts["minutes"]:
            return self.env._("How long? Write for instance 1h30, 1,5h or 90m.")
        if not parts["narrative"]:
            return self.env._("What was done? The client will read these words.")
        return False

    # ------------------------------------------------------------------- writing

    @api.model
    def _legal_quick_values(self, parts):
        """Return the values of the entry, for the preview as for the record."""
        values = {
            "matter_id": parts["matter"].id,
            "date": parts["day"],
            "unit_amount": float(hours_from_minutes(parts["minutes"])),
            "activity_code_id": parts["activity"].id,
            "narrative": parts["narrative"],
        }
        if parts["task"]:
            values["task_id"] = parts["task"].id
        return values

    @api.model
    def _legal_quick_entry(self, parts):
        """Return the entry as it would be saved, in memory."""
        # sudo: the project of a matter is known to the entry alone
        matter_sudo = parts["matter"].sudo()
        company = matter_sudo.company_id
        employees = self.env.user.sudo().employee_ids
        employee = employees.filtered(lambda e: e.company_id == company)[:1]
        return self.new(
            {
                **self._legal_quick_values(parts),
                "project_id": matter_sudo.project_id.id,
                "company_id": company.id,
                "user_id": self.env.uid,
                "employee_id": (employee or employees[:1]).id,
            }
        )

    # --------------------------------------------------------------------- words

    @api.model
    def _legal_quick_describe(self, parts, entry=None):
        """Return what was understood, as plain values with their words."""
        matter, minutes = parts["matter"], parts["minutes"]
        shown = {
            "missing": parts["missing"],
            "refused": False,
            "is_empty": parts["is_empty"],
            "matter": matter._prepare_label() if matter else False,
            "minutes": minutes,
            "duration": format_duration(minutes) if minutes else False,
            "activity": parts["activity"].name or False,
            "activity_code_id": parts["activity"].id,
            "date": fields.Date.to_string(parts["day"]),
            "day": self._legal_quick_day(parts["day"]),
            "narrative": parts["narrative"],
            "price": False,
            "understood": False,
        }
        if matter and minutes:
            if entry is None:
                entry = self._legal_quick_entry(parts)
                shown["refused"] = self._legal_quick_refusal(entry)
            shown["price"] = self._legal_quick_price(entry)
            shown["understood"] = self.env._(
                "%(worked)s on %(matter)s, billed %(billed)s",
                worked=shown["duration"],
                matter=matter.display_name,
                billed=shown["price"]["billable"],
            )
        return shown

    @api.model
    def _legal_quick_refusal(self, entry):
        """Return the sentence that would refuse this entry, found out in memory."""
        try:
            entry._check_time_entry()
        except ValidationError as error:
            return str(error)
        return False

    @api.model
    def _legal_quick_price(self, entry):
        minutes = round(entry.hours_billable * 60)
        currency = entry.legal_currency_id

        def money(amount):
            return formatLang(self.env, amount, currency_obj=currency)

        return {
            "is_billable": entry.is_billable,
            "billable_minutes": minutes,
            "billable": format_duration(minutes),
            "rate": entry.rate,
            "rate_label": money(entry.rate),
            "amount": entry.amount_billable,
            "amount_label": money(entry.amount_billable),
            "why": entry.rate_source or False,
            "has_rate": bool(entry.rate_id),
        }

    @api.model
    def _legal_quick_day(self, day):
        today = fields.Date.context_today(self)
        if day == today:
            return self.env._("today")
        if (today - day).days == 1:
            return self.env._("yesterday")
        return format_date(self.env, day, date_format="EEEE d MMMM y")
