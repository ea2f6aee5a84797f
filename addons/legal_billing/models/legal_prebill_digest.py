import logging
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq, format_date, hash_sign, verify_hash_signed

_logger = logging.getLogger(__name__)

SCOPE = "legal.prebill.review"
#: how long the link of a digest may approve
LINK_DAYS = 7
DIGEST = "legal_billing.mail_template_review_digest"


class LegalPrebillReview(models.Model):
    """The morning mail of a reviewer, its links, and the reminders."""

    _inherit = "legal.prebill.review"

    # -- the mail --------------------------------------------------------------------

    @api.model
    def _cron_digest(self):
        """One mail a reviewer a day: what waits, neutral about the matters."""
        for user, steps in self._get_digests().items():
            try:
                with self.env.cr.savepoint():
                    self._send_digest(user, steps)
            except Exception:
                _logger.exception("The digest of user %s was not sent", user.id)

    @api.model
    def _get_digests(self):
        """Return {reviewer: steps that wait for him}, those of absent persons too."""
        todo = self.search([("state", "=", "todo")], order="due_on, id")
        found = {}
        Delegation = self.env["legal.approval.delegation"]
        today = fields.Date.context_today(self)
        stand_in = {
            row.user_id: row.delegate_id
            for row in Delegation.search(
                [("date_from", "<=", today), ("date_to", ">=", today)]
            )
        }
        for step in todo:
            if step.prebill_id.is_held:
                continue
            for user in step.user_id | stand_in.get(
                step.user_id, self.env["res.users"]
            ):
                if user.active and user.email and step.matter_id._lets_in(user):
                    found[user] = found.get(user, self.browse()) | step
        return found

    @api.model
    def _send_digest(self, user, steps):
        """Send it to one person; the links are written nowhere else."""
        words = self.with_context(lang=user.lang)
        template = self.env.ref(DIGEST)
        company = steps.company_id[:1]
        rows = [step.with_env(words.env)._prepare_digest_row(user) for step in steps]
        template.with_context(
            digest_rows=rows,
            digest_count=len(rows),
            digest_late=sum(row["is_late"] for row in rows),
            digest_company=company,
        ).send_mail(user.id, email_values={"model": False, "res_id": False})

    def _prepare_digest_row(self, user):
        """Return a row as plain values: numbers and amounts, no name, no words."""
        self.ensure_one()
        prebill = self.prebill_id
        count = prebill.anomaly_count
        return {
            "number": prebill.name,
            "matter": self.matter_id._neutral_label(),
            "total": prebill.currency_id.format(prebill.amount_untaxed),
            "realisation": f"{prebill.realisation_percent:.0f}",
            "due": format_date(self.env, self.due_on),
            "is_late": self.is_late,
            "instead_of": self.user_id.name if self.user_id != user else "",
            "why": self.reason_text or "",
            "anomalies": count,
            "is_blocked": bool(prebill.blocking_count),
            "open_url": f"{self.get_base_url()}/odoo/legal.prebill/{prebill.id}",
            "approve_url": self._get_approve_url(user),
        }

    # -- the link --------------------------------------------------------------------

    def _get_approve_url(self, user):
        """Return the signed link by which one person approves this step, once."""
        self.ensure_one()
        # sudo: the key of the step is read by nobody
        step_sudo = self.sudo()
        payload = hash_sign(
            self.sudo().env,
            SCOPE,
            [self.id, user.id, step_sudo.link_key],
            expiration=timedelta(days=LINK_DAYS),
        )
        return f"{self.get_base_url()}/legal/review/{payload}"

    @api.model
    def _find_by_link(self, payload):
        """Return (step, person, situation) of a link; the situation says what it is.

        ``open``: it may approve; ``over``: it was used, or the pre-bill went on;
        ``not_yours``: the person may not approve any more; ``bad_link``.
        """
        nothing = self.browse(), self.env["res.users"]
        try:
            # sudo: the signature alone says who comes
            values = verify_hash_signed(self.sudo().env, SCOPE, payload)
        except (ValueError, UnicodeError):
            values = None
        if not values or len(values) != 3:
            return (*nothing, "bad_link")
        step = self.sudo().browse(values[0]).exists()
        user = self.env["res.users"].sudo().browse(values[1]).exists()
        if not step or not user:
            return (*nothing, "bad_link")
        if not step.link_key or not consteq(step.link_key, values[2] or ""):
            return step, user, "over"
        prebill = step.prebill_id
        if step.state != "todo" or prebill.state != "in_review":
            return step, user, "over"
        if not step._may_answer(user):
            return step, user, "not_yours"
        return step, user, "held" if prebill.is_held else "open"

    def _may_answer(self, user):
        """Tell whether a person still answers this step, and sees its pre-bill."""
        self.ensure_one()
        prebill = self.prebill_id.with_user(user).sudo(False)
        return (
            user.active
            and not user.share
            and self._is_for(user)
            and prebill.has_access("write")
        )

    def _get_link_page(self, user):
        """Return what the confirmation shows, read with the person's own rights."""
        self.ensure_one()
        step = self.with_user(user).sudo(False)
        prebill = step.prebill_id
        money = prebill.currency_id.format
        opened = prebill.anomaly_ids.filtered(lambda a: a.state == "open")
        return {
            "number": prebill.name,
            "matter": prebill.matter_id.matter_number,
            "client": prebill.partner_id.name,
            "period": step.env._(
                "from %(first)s to %(last)s",
                first=format_date(step.env, prebill.date_from),
                last=format_date(step.env, prebill.date_to),
            ),
            "total": money(prebill.amount_untaxed),
            "total_with_tax": money(prebill.amount_total),
            "standard": money(prebill.amount_standard),
            "writeoff": money(prebill.amount_writeoff)
            if prebill.amount_writeoff
            else "",
            "realisation": f"{prebill.realisation_percent:.1f}".replace(".", ","),
            "why": step.reason_text or "",
            "due": format_date(step.env, step.due_on),
            "instead_of": step.user_id.name if step.user_id != user else "",
            "steps": prebill._get_chain_values(),
            "anomalies": [
                f"{name} ({count})" if count > 1 else name
                for name, count in Counter(opened.mapped("check_name")).items()
            ],
            "open_url": f"/odoo/legal.prebill/{prebill.id}",
        }

    def _get_seen(self):
        """Return what tells these figures from others: what was read is approved."""
        self.ensure_one()
        prebill = self.sudo().prebill_id
        figures = "|".join(
            str(value)
            for value in (
                prebill.id,
                prebill.amount_untaxed,
                prebill.amount_total,
                prebill.amount_writeoff,
                prebill.hours,
            )
        )
        return self.env["legal.evidence"]._hash(figures.encode())[:16]

    def _approve_by_link(self, user, proof):
        """Approve as this person, with his own rights, and keep how it was done."""
        self.ensure_one()
        prebill = self.prebill_id.with_user(user).sudo(False)
        prebill = prebill.with_company(prebill.company_id)
        text = "\n".join(
            f"{key}: {value}"
            for key, value in self._get_link_page(user).items()
            if isinstance(value, str) and not key.endswith("url")
        )
        prebill._approve_in_turn(by_link=True)
        self.env["legal.evidence"]._record(
            prebill,
            statement=prebill.env._("Pre-bill approved by the link of an e-mail"),
            channel="link",
            text=text,
            email=user.email,
            **proof,
        )

    # -- reminders -------------------------------------------------------------------

    @api.model
    def _cron_remind(self, today=None):
        """Remind those who are late, and tell the responsible the second time."""
        today = today or fields.Date.context_today(self)
        late = self.search([("state", "=", "todo"), ("due_on", "<", today)])
        for step in late:
            every = step.prebill_id.review_rule_id.remind_days
            last = step.reminded_on
            if not every or step.prebill_id.is_held:
                continue
            if last and last + timedelta(every) > today:
                continue
            step._remind(is_second=bool(last))
            step.reminded_on = today

    def _remind(self, is_second):
        self.ensure_one()
        prebill = self.prebill_id
        people = self.user_id
        if is_second:
            people |= prebill.responsible_id
        for user in people:
            words = prebill.with_context(lang=user.lang)
            prebill.message_notify(
                partner_ids=user.partner_id.ids,
                subject=words.env._("A pre-bill waits for its review"),
                body=words.env._(
                    "%(prebill)s waits for %(person)s since %(day)s.",
                    prebill=prebill.name,
                    person=self.user_id.name,
                    day=format_date(words.env, self.due_on),
                ),
            )
