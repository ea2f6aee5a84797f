from odoo import api, models
from odoo.exceptions import AccessError


class LegalRate(models.Model):
    """Why an hour has this price: the winner, since when, by whom, and the beaten."""

    _inherit = "legal.rate"

    def _describe(self):
        """Return a rate as plain words, for whoever may read what it prices."""
        self.ensure_one()
        # sudo: the rates of an entry one may read; scope words are neutral
        rate = self.sudo()
        until = rate.date_to
        return {
            "id": rate.id,
            "amount": self.env._("%s per hour", rate._format_amount()),
            "scope": rate.scope_label,
            "since": self._format_day(rate.date_from),
            "until": self._format_day(until) if until else "",
            "author": rate.create_uid.name,
            "set_on": self._format_day(rate.create_date.date()),
        }

    @api.model
    def _explain_price(self, result):
        """Return ``{winner, beaten, elsewhere}`` of one engine result."""
        return {
            "winner": self.browse(result.rate_id)._describe() if result.found else None,
            "beaten": [rate._describe() for rate in self.browse(result.beaten)],
            "elsewhere": [rate._describe() for rate in self.browse(result.elsewhere)],
        }


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    @api.readonly
    def legal_explain_rate(self):
        """Return why this entry has its rate, as plain words for the screen.

        :return dict: ``title``, ``rate``, ``hours``, ``amount``, ``winner``,
            ``beaten``, ``elsewhere``, ``notes`` (sentences)
        """
        self.ensure_one()
        self._check_can_read_prices()
        return self._legal_explain_rate()

    def _check_can_read_prices(self):
        self.check_access("read")
        if not self.env.user.has_group("legal_timesheet.group_legal_user"):
            raise AccessError(
                self.env._("The rates of a matter are read by those who work on it.")
            )

    def _legal_explain_rate(self):
        # sudo: the caller may read the entry, and so what it costs and why
        entry = self.sudo()
        Rate = self.env["legal.rate"]
        explained = {
            "title": self.env._(
                "%(person)s on %(matter)s on %(day)s", **self._entry_words()
            )
            if self._is_time_entry()
            else self.env._("No time on a matter"),
            "rate": "",
            "winner": None,
            "beaten": [],
            "elsewhere": [],
            "notes": [],
        }
        if not self._is_time_entry() or not entry.date:
            return explained
        grade = Rate._get_entry_grades(entry)[entry]
        request = Rate._prepare_request(entry, grade)
        result = Rate._resolve_requests([request], {request.key: entry.company_id.id})
        found = Rate._explain_price(result[request.key])
        explained |= found
        currency = entry.legal_currency_id
        if entry.rate_id or entry.rate:
            explained["rate"] = self.env._("%s per hour", currency.format(entry.rate))
        explained["notes"] = entry._get_rate_notes(found, grade)
        if entry.approval_state == "approved":
            explained |= entry._explain_frozen(found)
        return explained

    def _explain_frozen(self, found):
        """Return the winner of the day of approval; the rest stands as of today."""
        winner = found["winner"]
        if self.rate_id and (not winner or winner["id"] != self.rate_id.id):
            others = [winner] if winner else []
            beaten = [rate for rate in found["beaten"] if rate["id"] != self.rate_id.id]
            return {"winner": self.rate_id._describe(), "beaten": others + beaten}
        return {}

    def _get_rate_notes(self, found, grade):
        """Return what else a reader should know, one sentence each."""
        _ = self.env._
        notes = []
        if not self.is_billable:
            notes.append(_("This work is not billable: the rate only values it."))
        if self.approval_state == "approved":
            notes.append(
                _(
                    "Frozen by %(who)s on %(day)s: %(why)s.",
                    who=self.approved_by_id.name,
                    day=self._format_day(self.approved_on and self.approved_on.date()),
                    why=self.rate_source or _("no rate"),
                )
            )
            notes += self._get_drift_notes(found["winner"])
        elif not found["winner"]:
            notes.append(self._get_no_rate_sentence())
        notes.append(
            _("Grade on that day: %s.", grade.name)
            if grade
            else _("%(person)s has no grade on %(day)s.", **self._entry_words())
        )
        return notes

    def _get_drift_notes(self, winner):
        """Tell that today's card would price a frozen entry otherwise."""
        if not winner or not self.is_billable:
            return []
        rate = self.env["legal.rate"].browse(winner["id"]).sudo()
        same = rate.currency_id == self.legal_currency_id and not (
            rate.currency_id.compare_amounts(rate.amount, self.rate)
        )
        if same:
            return []
        return [
            self.env._(
                "Today's rates would give %(amount)s (%(scope)s): the time was frozen"
                " before, re-price it if that is wanted.",
                amount=winner["amount"],
                scope=winner["scope"],
            )
        ]
