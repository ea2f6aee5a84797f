from odoo import fields, models
from odoo.fields import Domain

from .legal_cap_answer import TOLD

#: matters listed before the others are folded away
MOST_MATTERS = 50


class LegalClientLink(models.Model):
    """The matters whose client the payer is, and what awaits his answer in them.

    Who pays for another's matter sees his invoices, and nothing of the matter.
    """

    _inherit = "legal.client.link"

    def _get_matters_domain(self):
        """Return the domain of the matters this link opens."""
        self.ensure_one()
        if self.kind == "paper":
            return Domain.FALSE
        Matter = self.env["legal.matter"]
        return (
            Matter._domain_of_contact(self.contact_id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
        )

    def _get_own_matters(self):
        Matter = self.env["legal.matter"].with_context(self.env.context)
        return self._keep_readable(
            Matter.search(
                self._get_matters_domain(),
                order="state desc, opened_on desc, id desc",
                limit=MOST_MATTERS,
            )
        )

    def _get_page_matters(self):
        """Return the payer's own matters, each as a few words and a link."""
        matters = self._get_own_matters()
        balances = self._get_provision_balances(matters)
        rows = []
        for matter in matters:
            agreement = matter.agreement_id
            balance = balances.get(matter.id)
            rows.append(
                {
                    "number": matter.matter_number,
                    "label": matter.name,
                    "is_closed": matter.state == "closed",
                    "lead": matter.responsible_id.name or "",
                    "meter": matter._get_portal_highest(),
                    "percent": self._get_meter_percent(matter),
                    "provision": self._format_money(balance, matter.currency_id)
                    if balance and not matter.currency_id.is_zero(balance)
                    else "",
                    "agreement": agreement.name or "",
                    "documents": len(matter.shared_document_ids),
                    "url": matter.get_portal_url(),
                }
            )
        return rows

    def _get_meter_percent(self, matter):
        meter = matter.cap_meter_ids.sorted("percent")[-1:]
        return min(meter._get_shown_percent(), 100) if meter else 0

    def _get_provision_balances(self, matters):
        """Return {matter id: what is left of the payer's provisions on it}."""
        groups = self.env["legal.provision"]._read_group(
            [
                ("matter_id", "in", matters.ids),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("state", "not in", ("draft", "cancelled")),
            ],
            ["matter_id"],
            ["balance:sum"],
        )
        return {matter.id: balance for matter, balance in groups}

    # -- what awaits an answer ---------------------------------------------------------

    def _get_page_tasks(self):
        """Return what awaits the payer's answer: {label, detail, url, verb}; a hook.

        Each is answered behind its own key, which is the addressee's: for others of
        the same payer it is told, and its link is in his mailbox.
        """
        if self.kind == "paper":
            return []
        matters = self._get_own_matters()
        if not matters:
            return []
        return [
            *self._get_agreement_tasks(matters),
            *self._get_time_tasks(matters),
            *self._get_notice_tasks(matters),
        ]

    def _get_agreement_tasks(self, matters):
        _ = self.env._
        agreements = self.env["legal.fee.agreement"].search(
            [("matter_id", "in", matters.ids), ("state", "=", "sent")]
        )
        return [
            self._prepare_task(
                agreement,
                agreement.sent_to_id,
                _("Fee agreement to sign"),
                agreement.matter_id.name,
                _("Read and sign"),
                f"/my/agreements/{agreement.id}",
            )
            for agreement in agreements
            if agreement._get_situation() == "sent"
        ]

    def _get_time_tasks(self, matters):
        _ = self.env._
        today = fields.Date.context_today(self)
        approvals = self.env["legal.time.client.approval"].search(
            [
                ("matter_id", "in", matters.ids),
                ("state", "in", ("asked", "questioned")),
                ("expires_on", ">=", today),
            ]
        )
        return [
            self._prepare_task(
                approval,
                approval.partner_id,
                _("Time to approve"),
                _(
                    "%(first)s to %(last)s, %(matter)s",
                    first=self._format_day(approval.date_from),
                    last=self._format_day(approval.date_to),
                    matter=approval.matter_id.name,
                ),
                _("Read and approve"),
                f"/my/time/{approval.id}",
            )
            for approval in approvals
        ]

    def _get_notice_tasks(self, matters):
        _ = self.env._
        notices = self.env["legal.cap.event"].search(
            [
                ("matter_id", "in", matters.ids),
                ("state", "in", TOLD),
                ("channel", "=", "email"),
                ("answered_on", "=", False),
            ]
        )
        return [
            self._prepare_task(
                notice,
                notice.contact_id,
                notice._get_notice_object(),
                notice.matter_id.name,
                _("Read and answer"),
                f"/my/matters/{notice.matter_id.id}",
            )
            for notice in notices
            if notice._is_link_open()
        ]

    def _prepare_task(self, record, addressee, label, detail, verb, account_url):
        """Return a task; its own key goes to the one it was asked of, no other."""
        is_signed_in = self.env.context.get("legal_signed_in")
        url = account_url if is_signed_in else ""
        if not is_signed_in and addressee in (self.contact_id, self.partner_id):
            url = self._get_task_url(record)
        return {
            "label": label,
            "detail": detail,
            "url": url,
            "verb": verb,
            "whose": "" if url else addressee.name,
        }

    def _get_task_url(self, record):
        """Return the addressee's own link to what he is asked, without the host."""
        name = {
            "legal.cap.event": "_get_notice_url",
        }.get(record._name, "_get_client_url")
        return getattr(record, name)().removeprefix(record.get_base_url())
