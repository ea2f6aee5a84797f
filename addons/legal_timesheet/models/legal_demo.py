import random
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models

from .legal_demo_data import (
    CLIENTS,
    FIRM,
    MATTERS,
    NARRATIVES,
    PEOPLE,
    RATES,
)

LOADED = "legal.demo.loaded"
PASSWORD = "demo"
SEED = 1971
#: work of one sitting, in minutes: many short ones, few long ones
SITTINGS = (12, 18, 24, 30, 30, 42, 48, 60, 60, 72, 90, 90, 120, 150, 180, 240)
#: what a paralegal does rather than a lawyer
PARALEGAL_WORK = ("exhibits", "formalities", "admin")


class LegalDemo(models.AbstractModel):
    """A firm to try the product with: people, matters and six months of time.

    Each step returns a dict of what it made, by symbolic name, and receives all
    that the steps before it made: ``demo["matters"]["cession"]``. An addon above
    inherits a step, or adds its own to :meth:`_demo_steps`.
    """

    _name = "legal.demo"
    _description = "Demo Firm"

    @api.model
    def _load(self):
        """Load the firm once; a second call does nothing.

        :return bool: whether it was loaded by this call
        """
        Parameter = self.env["ir.config_parameter"].sudo()
        if Parameter.get_param(LOADED):
            return False
        demo = {"today": fields.Date.context_today(self)}
        loader = self.sudo().with_context(
            tracking_disable=True, mail_create_nolog=True, no_reset_password=True
        )
        for step in self._demo_steps():
            made = getattr(loader, f"_demo_{step}")(demo)
            demo[step] = made
            if step == "company":
                loader = loader.with_company(made)
                loader = loader.with_context(allowed_company_ids=made.ids)
        Parameter.set_param(LOADED, fields.Date.to_string(demo["today"]))
        return True

    @api.model
    def _demo_steps(self):
        return ["company", "people", "rates", "clients", "matters", "time"]

    @api.model
    def _logins(self):
        """Return who may log in: ``[(login, password, who and what for)]``."""
        words = {
            "helene": self.env._("managing partner: sees the firm, keeps the settings"),
            "antoine": self.env._("partner: kept out of one matter"),
            "claire": self.env._("senior associate, answers for her own matters"),
            "julien": self.env._("associate"),
            "sofia": self.env._("associate"),
            "lucas": self.env._("paralegal"),
            "marine": self.env._("office: bills and collects"),
        }
        return [
            (login, PASSWORD, f"{name}, {words[key]}")
            for key, (name, login, _grade, _groups) in PEOPLE.items()
        ]

    # ------------------------------------------------------------------- company

    @api.model
    def _demo_company(self, demo):
        """Take the main company if nobody uses it yet, else make a new one."""
        company = self.env.ref("base.main_company")
        if not self._demo_is_free(company):
            company = self.env["res.company"].create({"name": FIRM["name"]})
        company.partner_id.write(
            {**FIRM, "country_id": self.env.ref("base.fr").id, "is_company": True}
        )
        euro = self.env.ref("base.EUR")
        euro.active = True
        company.write({"name": FIRM["name"], "currency_id": euro.id})
        self.env.ref("base.user_admin").write(
            {
                "company_ids": [Command.link(company.id)],
                "group_ids": [
                    Command.link(self.env.ref("legal_timesheet.group_legal_office").id)
                ],
            }
        )
        return company

    @api.model
    def _demo_is_free(self, company):
        """Tell whether nobody works in a company yet; extended downstream."""
        mine = [("company_id", "=", company.id)]
        # every new company has an internal project with two empty lines
        worked = [*mine, ("unit_amount", "!=", 0)]
        return not (
            self.env["legal.matter"].search_count(mine, limit=1)
            or self.env["account.analytic.line"].search_count(worked, limit=1)
        )

    # -------------------------------------------------------------------- people

    @api.model
    def _demo_people(self, demo):
        """Return ``{key: user}``, each with an employee and dated grades."""
        return {key: self._demo_person(key, demo) for key in PEOPLE}

    @api.model
    def _demo_person(self, key, demo):
        name, login, grade, roles = PEOPLE[key]
        company = demo["company"]
        groups = [self._demo_group(role) for role in ("user", *roles)]
        user = self.env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": PASSWORD,
                "email": f"{login}@lanterne-avocats.example.com",
                "lang": self._demo_lang(),
                "tz": "Europe/Paris",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.link(group.id) for group in groups],
            }
        )
        employee = self.env["hr.employee"].create(
            {
                "name": name,
                "user_id": user.id,
                "company_id": company.id,
                "work_email": user.email,
            }
        )
        if grade:
            self.env["legal.employee.grade"].create(
                self._demo_grades(key, employee, grade)
            )
        return user

    @api.model
    def _demo_grades(self, key, employee, grade):
        """Return the rows of a career; Claire was promoted some years ago."""
        rows = [(grade, date(2019, 1, 1), False)]
        if key == "claire":
            rows = [
                ("associate", date(2019, 1, 1), date(2023, 12, 31)),
                (grade, date(2024, 1, 1), False),
            ]
        return [
            {
                "employee_id": employee.id,
                "grade_id": self._demo_grade(name).id,
                "date_from": start,
                "date_to": end,
            }
            for name, start, end in rows
        ]

    @api.model
    def _demo_group(self, role):
        return self.env.ref(f"legal_timesheet.group_legal_{role}")

    @api.model
    def _demo_grade(self, name):
        return self.env.ref(f"legal_timesheet.grade_{name}")

    @api.model
    def _demo_lang(self):
        """Return French where it is installed."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return "fr_FR" if "fr_FR" in installed else self.env.lang or "en_US"

    # --------------------------------------------------------------------- rates

    @api.model
    def _demo_rates(self, demo):
        """Return ``{(grade, "old" or "new"): rate}``: last years' card and this
        year's."""
        new_year = date(demo["today"].year, 1, 1)
        made = {}
        for grade, (old, new) in RATES.items():
            common = {
                "grade_id": self._demo_grade(grade).id,
                "company_id": demo["company"].id,
                "currency_id": demo["company"].currency_id.id,
            }
            made[grade, "old"] = self.env["legal.rate"].create(
                {
                    **common,
                    "amount": old,
                    "date_from": new_year - relativedelta(years=1),
                    "date_to": new_year - timedelta(1),
                }
            )
            made[grade, "new"] = self.env["legal.rate"].create(
                {**common, "amount": new, "date_from": new_year}
            )
        return made

    # ------------------------------------------------------------------- clients

    @api.model
    def _demo_clients(self, demo):
        return {
            key: self.env["res.partner"].create(self._demo_client_values(row))
            for key, row in CLIENTS.items()
        }

    @api.model
    def _demo_client_values(self, row):
        values = {
            name: row[name]
            for name in ("name", "is_company", "street", "zip", "city", "email", "vat")
            if name in row
        }
        country = self.env.ref(f"base.{row['country'].lower()}")
        values |= {"country_id": country.id, "lang": self._demo_lang()}
        if siren := row.get("siren"):
            values["company_registry"] = self._demo_siret(siren)
            values["vat"] = self._demo_vat(siren)
        if kind := row.get("kind"):
            values["commercial_client_kind"] = kind
        if contact := row.get("contact"):
            values["child_ids"] = [
                Command.create(
                    {"name": contact[0], "email": contact[1], "type": "contact"}
                )
            ]
        return values

    @api.model
    def _demo_siret(self, siren, nic="0001"):
        """Return the SIRET of the first office, with its Luhn digit."""
        digits = [int(digit) for digit in reversed(siren + nic)]
        doubled = [
            d * 2 - 9 * (d > 4) if i % 2 == 0 else d for i, d in enumerate(digits)
        ]
        return f"{siren}{nic}{-sum(doubled) % 10}"

    @api.model
    def _demo_vat(self, siren):
        """Return the French VAT number that goes with a SIREN."""
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"

    # ------------------------------------------------------------------- matters

    @api.model
    def _demo_matters(self, demo):
        oldest_first = sorted(MATTERS, key=lambda key: -MATTERS[key]["months"])
        made = {}
        for index, key in enumerate(oldest_first):
            values = self._demo_matter_values(key, index, demo)
            made[key] = self.env["legal.matter"].create(values)
            made[key].action_open()
        return {key: made[key] for key in MATTERS}

    @api.model
    def _demo_matter_values(self, key, index, demo):
        row = MATTERS[key]
        opened_on = self._demo_opened_on(row["months"], index, demo["today"])
        people = demo["people"]
        team = [
            Command.create(
                {
                    "user_id": people[name].id,
                    "role": "assistant" if name == "lucas" else "member",
                    "date_from": opened_on,
                }
            )
            for name in row["team"]
        ]
        return {
            "name": row["name"],
            "company_id": demo["company"].id,
            "partner_id": demo["clients"][row["client"]].id,
            "practice_area_id": self.env.ref(
                f"legal_timesheet.practice_area_{row['area']}"
            ).id,
            "responsible_id": people[row["lead"]].id,
            "originator_id": people["helene"].id,
            "member_ids": team,
            "opposing_party_ids": [
                Command.create({"name": name, "is_company": name.split()[-1].isupper()})
                for name in row.get("opponents", ())
            ],
            "opened_on": opened_on,
            "is_walled": row.get("walled", False),
            "excluded_user_ids": [
                Command.link(people[name].id) for name in row.get("excluded", ())
            ],
            "exclusion_reason": row.get("reason"),
        }

    @api.model
    def _demo_opened_on(self, months, index, today):
        """Return a working day some months ago, spread over the month."""
        day = today.replace(day=1) - relativedelta(months=months)
        day += timedelta(2 + index % 9)
        return day + timedelta({5: 2, 6: 1}.get(day.weekday(), 0))

    # ---------------------------------------------------------------------- time

    @api.model
    def _demo_time(self, demo):
        """Return ``{key of the matter: entries}``: approved up to the end of last
        month, this month partly submitted, partly draft."""
        dice = random.Random(SEED)
        made = {}
        for key, matter in demo["matters"].items():
            values = self._demo_entry_values(key, matter, demo, dice)
            made[key] = self.env["account.analytic.line"].create(values)
        self._demo_approve(made, demo)
        return made

    @api.model
    def _demo_entry_values(self, key, matter, demo, dice):
        row = MATTERS[key]
        work = NARRATIVES[row["kind"]]
        days = self._demo_days(matter.opened_on, demo["today"], row["entries"], dice)
        values = []
        for index, day in enumerate(days):
            activity, narrative = work[index % len(work)]
            who = self._demo_worker(row, activity, dice)
            values.append(
                {
                    "matter_id": matter.id,
                    "employee_id": demo["people"][who].employee_ids[:1].id,
                    "date": day,
                    "unit_amount": dice.choice(SITTINGS) / 60,
                    "activity_code_id": self.env.ref(
                        f"legal_timesheet.activity_{activity}"
                    ).id,
                    "narrative": narrative,
                    "name": matter._neutral_label(),
                }
            )
        return values

    @api.model
    def _demo_days(self, first, last, count, dice):
        """Return working days in order, the last one being today or just before."""
        span = [first + timedelta(n) for n in range((last - first).days + 1)]
        working = [day for day in span if day.weekday() < 5] or [first]
        return sorted(dice.choice(working) for _ in range(count - 1)) + working[-1:]

    @api.model
    def _demo_worker(self, row, activity, dice):
        team = list(row["team"])
        if activity in PARALEGAL_WORK and "lucas" in team:
            return "lucas"
        lawyers = [name for name in team if name != "lucas"]
        return dice.choice([row["lead"], *lawyers, *lawyers])

    @api.model
    def _demo_approve(self, entries_by_key, demo):
        month = demo["today"].replace(day=1)
        for key, entries in entries_by_key.items():
            lead = demo["matters"][key].responsible_id
            past = entries.filtered(lambda entry: entry.date < month)
            past.with_user(lead).sudo()._legal_approve()
            current = entries - past
            current[: len(current) // 2].action_submit()
