from markupsafe import Markup

from odoo import models
from odoo.tools import format_amount, format_date

from ..engine import prescription


class LegalMatter(models.Model):
    """What the clock says to people: each figure with its reason."""

    _inherit = "legal.matter"

    def _explain_prescription(self, reading):
        """Return the computation as a list of sentences, as HTML."""
        self.ensure_one()
        sentences = self._get_prescription_sentences(reading)
        rows = Markup("").join(Markup("<li>%s</li>") % text for text in sentences)
        return Markup('<ol class="mb-0">%s</ol>') % rows

    def _get_prescription_sentences(self, reading):
        self.ensure_one()
        _ = self.env._
        if not reading or not (reading.claims or reading.error):
            return [
                _(
                    "No clock runs yet: the mandate has not ended and no work is"
                    " recorded on this matter."
                )
            ]
        if reading.error:
            return [reading.error]
        sentences = [self._say_prescription_start(reading)]
        for claim in reading.claims:
            sentences += self._say_prescription_claim(claim, len(reading.claims) > 1)
        if len(reading.claims) > 1:
            nearest = reading.nearest
            sentences.append(
                _(
                    "The matter shows the claim that needs care first: invoice"
                    " %(number)s.",
                    number=nearest.move.name,
                )
            )
        return sentences

    def _say_prescription_start(self, reading):
        _ = self.env._
        day = format_date(self.env, reading.start)
        if reading.start_name == "mandate":
            reasons = dict(
                self._fields["mandate_end_reason"]._description_selection(self.env)
            )
            return _(
                "The mandate ended on %(day)s (%(reason)s): the clock starts then,"
                " whatever the dates of the invoices.",
                day=day,
                reason=reasons.get(self.mandate_end_reason, _("no reason recorded")),
            )
        facts = {
            "last_act": _("the last act recorded"),
            "judgment": _("the judgment"),
            "file": _("the day the file was given back"),
        }
        return _(
            "The end of the mandate is not recorded: counted, to be safe, from the"
            " earliest plausible day, %(fact)s, %(day)s. Record the real end on the"
            " matter.",
            fact=facts[reading.start_name],
            day=day,
        )

    def _say_prescription_claim(self, claim, is_named):
        _ = self.env._
        kinds = dict(self._fields["client_kind"]._description_selection(self.env))
        clock = claim.clock
        first = _(
            "%(years)s years for this kind of client (%(kind)s; %(law)s): until"
            " %(day)s.",
            years=clock.years,
            kind=kinds.get(claim.kind, _("not stated")),
            law=claim.source,
            day=format_date(self.env, clock.steps[0].deadline),
        )
        if is_named:
            first = _(
                "Invoice %(number)s, %(amount)s left: %(sentence)s",
                number=claim.move.name,
                amount=format_amount(
                    self.env, claim.move.amount_residual, claim.move.currency_id
                ),
                sentence=first,
            )
        sentences = [first]
        sentences += [self._say_prescription_step(step) for step in clock.steps[1:]]
        sentences.append(self._say_prescription_end(clock))
        return sentences

    def _say_prescription_step(self, step):
        event = step.event
        words = {
            "event": self._name_prescription_event(event),
            "day": format_date(self.env, step.deadline) if step.deadline else "",
            "end": format_date(self.env, event.until) if event.until else "",
        }
        return self._get_prescription_step_text(step.what, event) % words

    def _get_prescription_step_text(self, what, event):
        _ = self.env._
        if what == prescription.VOID and not self._is_prescription_proven(event):
            return _("%(event)s: not counted, no proof is attached.")
        return {
            prescription.TOOK: _(
                "%(event)s: interrupts the clock, a whole new period until %(day)s."
            ),
            prescription.WAIVER: _(
                "%(event)s: made after the period was over, it gives up what was gained"
                " and starts a new period until %(day)s."
            ),
            prescription.PENDING: _(
                "%(event)s: the clock is stopped until the proceedings end."
            ),
            prescription.PAUSED: _(
                "%(event)s, ended on %(end)s: the days that remained go on, until"
                " %(day)s."
            ),
            prescription.MINIMUM: _(
                "%(event)s, ended on %(end)s: the least that is left after mediation"
                " leads to %(day)s."
            ),
            prescription.STILL_PAUSED: _("%(event)s: the count is suspended."),
            prescription.BEFORE_START: _(
                "%(event)s: before the period started, it changes nothing."
            ),
            prescription.TOO_LATE: _(
                "%(event)s: the period was over by then, it changes nothing."
            ),
            prescription.VOID: _(
                "%(event)s: came to nothing, as if it had never been."
            ),
            prescription.NOT_YET: _("%(event)s: still to come, not counted."),
        }[what]

    def _is_prescription_proven(self, event):
        return getattr(event.key, "is_proven", True)

    def _name_prescription_event(self, event):
        """Return what an event is called in the sentences, with its day."""
        _ = self.env._
        day = format_date(self.env, event.day)
        if event.key and event.key._name == "legal.prescription.event":
            kinds = dict(event.key._fields["kind"]._description_selection(self.env))
            name = kinds[event.key.kind]
            proof = (event.key.proof_reference or "").strip()
            if proof:
                return _(
                    "%(name)s on %(day)s (%(proof)s)", name=name, day=day, proof=proof
                )
            return _("%(name)s on %(day)s", name=name, day=day)
        return _(
            "Partial payment %(number)s on %(day)s",
            number=event.key.name,
            day=day,
        )

    def _say_prescription_end(self, clock):
        _ = self.env._
        if clock.deadline is None:
            return _(
                "The clock is stopped. If what stops it came to nothing, the last day"
                " would be %(day)s.",
                day=format_date(self.env, clock.fallback),
            )
        day = format_date(self.env, clock.deadline)
        if clock.state == prescription.EXPIRED:
            return _("The fees are prescribed since the end of %(day)s.", day=day)
        return _(
            "Last day to claim the fees before the bâtonnier: %(day)s, at midnight.",
            day=day,
        )

    def _explain_legal_gap(self, gap):
        return self.env._(
            "The legal value “%(key)s” has no figure for %(date)s: enter it with its"
            " source under Configuration › Legal values.",
            key=gap.key,
            date=format_date(self.env, gap.day),
        )

    def _schedule_prescription_alert(self, months):
        self.ensure_one()
        responsible = self.responsible_id
        if not responsible.active:
            responsible = self.wall_user_ids.filtered("active")[:1] or responsible
        # sudo: the night writes to the responsible, whoever may write the matter.
        self.sudo().activity_schedule(
            "legal_dunning.mail_activity_prescription",
            date_deadline=self._get_prescription_today(),
            user_id=responsible.id,
            summary=self.env._(
                "Fees prescribed after %(day)s: less than %(months)s months left",
                day=format_date(self.env, self.prescription_on),
                months=months,
            ),
            note=self.env._(
                "%(amount)s is unpaid. Have the client pay or acknowledge the debt in"
                " writing, or refer the fees to the bâtonnier, before that day."
                " Reminders and formal notices do not move it.",
                amount=self.prescription_currency_id.format(self.prescription_at_stake),
            ),
        )

    def action_view_prescription(self):
        """Open the clock's own list on this matter, where its reasons are."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "legal_dunning.legal_matter_action_prescription"
        )
        action.update(domain=[("id", "=", self.id)], context={})
        return action
