from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, models

from odoo.addons.legal_timesheet.models.legal_demo_data import (
    CLIENTS,
    MATTERS,
    NARRATIVES,
)

from .legal_demo_data import (
    AGREEMENTS,
    COSTS,
    ESTIMATES,
    FIRM,
    IBAN,
    LATE_CLIENTS,
    MILESTONES,
    NEUTRAL,
    OUTCOMES,
    PROVISIONS,
    UNPROVEN,
    UNSIGNED,
    WITHOUT_EMAIL,
    WORKED_TIME,
)

PROOF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 140]>>endobj
trailer<</Root 1 0 R>>
"""


class LegalDemo(models.AbstractModel):
    """The demo firm's books, agreements and costs."""

    _inherit = "legal.demo"

    @api.model
    def _demo_steps(self):
        own = ["agreements", "costs", "provisions", "caps", "card"]
        return [*super()._demo_steps(), *own]

    # -- books -------------------------------------------------------------------

    @api.model
    def _demo_is_free(self, company):
        used = self.env["account.move"].search_count(
            [("company_id", "=", company.id)], limit=1
        )
        return super()._demo_is_free(company) and not used

    @api.model
    def _demo_company(self, demo):
        """Give the firm the French chart, its bank account and its letterhead."""
        company = super()._demo_company(demo)
        if company.chart_template != "fr":
            self.env["account.chart.template"].try_loading(
                "fr", company=company, install_demo=False
            )
        company._legal_setup_money_categories()
        company.write(FIRM)
        journal = self._demo_bank_journal(company)
        if not journal.bank_account_id:
            journal.set_bank_account(IBAN)
            journal.bank_account_id.allow_out_payment = True
        return company

    @api.model
    def _demo_bank_journal(self, company):
        return self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )

    @api.model
    def _demo_get_company(self):
        """Return the firm made by :meth:`_load`."""
        return self.env["legal.matter"].search([], limit=1).company_id

    @api.model
    def _demo_people(self, demo):
        people = super()._demo_people(demo)
        manager = self.env.ref("legal_billing.group_legal_billing_manager")
        accounting = self.env.ref("account.group_account_manager")
        for key in ("helene", "marine"):
            people[key].group_ids |= manager
        people["marine"].group_ids |= accounting
        self.env.ref("base.user_admin").group_ids |= manager | accounting
        return people

    @api.model
    def _demo_clients(self, demo):
        clients = super()._demo_clients(demo)
        term = self.env.ref("account.account_payment_term_30days")
        for key, client in clients.items():
            client.write(
                {
                    "property_payment_term_id": term.id,
                    "email": False if key in WITHOUT_EMAIL else client.email,
                    "legal_send_channel": "post" if key in WITHOUT_EMAIL else False,
                }
            )
        return clients

    @api.model
    def _demo_late_payers(self):
        """Return the clients whose invoices stay unpaid."""
        names = [CLIENTS[key]["name"] for key in LATE_CLIENTS]
        return self.env["res.partner"].search([("name", "in", names)])

    # -- time of the worked cases --------------------------------------------------

    @api.model
    def _demo_entry_values(self, key, matter, demo, dice):
        values = super()._demo_entry_values(key, matter, demo, dice)
        if key not in WORKED_TIME:
            return values
        work = NARRATIVES[MATTERS[key]["kind"]]
        return [
            {
                "matter_id": matter.id,
                "employee_id": demo["people"][who].employee_ids[:1].id,
                "date": self._demo_day(demo, months, day),
                "unit_amount": hours,
                "activity_code_id": self.env.ref(
                    f"legal_timesheet.activity_{activity}"
                ).id,
                "narrative": work[rank][1],
                "name": matter._neutral_label(),
            }
            for months, day, who, hours, activity, rank in WORKED_TIME[key]
        ]

    @api.model
    def _demo_day(self, demo, months, day):
        """Return a working day ``months`` months before this one."""
        date = (demo["today"] - relativedelta(months=months)).replace(day=day)
        return date + timedelta({5: 2, 6: 1}.get(date.weekday(), 0))

    # -- agreements and costs --------------------------------------------------------

    @api.model
    def _demo_agreements(self, demo):
        agreements = {}
        for key, terms in AGREEMENTS.items():
            matter = demo["matters"][key]
            agreement = self._demo_agreement(
                matter,
                matter.opened_on,
                [self._demo_term(term, demo, key) for term in terms],
                estimate_amount=ESTIMATES.get(key, 0.0),
                invoice_text_policy="neutral" if key in NEUTRAL else "detailed",
            )
            if key not in UNSIGNED:
                agreement.signed_on = matter.opened_on
                agreement.action_sign()
            agreements[key] = agreement
        self._demo_milestones(demo, agreements)
        self._demo_outcomes(demo, agreements)
        return agreements

    @api.model
    def _demo_agreement(self, matter, day, terms, **values):
        """Return a draft with its clauses, complete enough to be signed."""
        client = matter.partner_id.with_company(matter.company_id)
        agreement = self.env["legal.fee.agreement"].create(
            {
                "matter_id": matter.id,
                "date_from": day,
                "payment_term_id": client.property_payment_term_id.id,
                "term_ids": [Command.create(term) for term in terms],
                **values,
            }
        )
        agreement._fill_clauses()
        return agreement

    @api.model
    def _demo_milestones(self, demo, agreements):
        """Reach the milestones, which makes their instalments billable today."""
        for key in MILESTONES:
            instalments = agreements[key].term_ids.instalment_ids
            instalments.milestone_id.is_reached = True

    @api.model
    def _demo_outcomes(self, demo, agreements):
        for key, (months, day, amount, name) in OUTCOMES.items():
            date = self._demo_day(demo, months, day)
            self.env["legal.fee.outcome"].create(
                {
                    "term_id": agreements[key]
                    .term_ids.filtered(lambda term: term.kind == "success")
                    .id,
                    "name": name,
                    "decided_on": date - relativedelta(days=30),
                    "irrevocable_on": date,
                    "amount_obtained": amount,
                    "proof_attachment_ids": [
                        Command.create({"name": "jugement.pdf", "raw": PROOF})
                    ],
                }
            )

    @api.model
    def _demo_term(self, term, demo, key):
        parts = ("instalments", "tiers", "steps")
        values = {name: term[name] for name in term if name not in parts}
        values["tier_ids"] = [
            Command.create({"above_amount": above, "percent": percent})
            for above, percent in term.get("tiers", ())
        ] + [
            Command.create({"above_hours": above, "percent": percent})
            for above, percent in term.get("steps", ())
        ]
        values["instalment_ids"] = [
            Command.create(
                {
                    "name": name,
                    "amount": amount,
                    "sequence": rank,
                    **self._demo_instalment(when, demo, key),
                }
            )
            for rank, (name, when, amount) in enumerate(term.get("instalments", ()))
        ]
        return values

    @api.model
    def _demo_instalment(self, when, demo, key):
        """Return when an instalment falls due."""
        if when == "signature":
            return {"trigger": "signature"}
        if when == "milestone":
            milestone = self.env["project.milestone"].create(
                {
                    "name": MILESTONES[key],
                    "project_id": demo["matters"][key].project_id.id,
                }
            )
            return {"trigger": "milestone", "milestone_id": milestone.id}
        return {"trigger": "date", "due_on": self._demo_day(demo, when, 15)}

    @api.model
    def _demo_costs(self, demo):
        categories = {
            category.code: category
            for category in self.env["legal.money.category"].search(
                [("company_id", "=", demo["company"].id)]
            )
        }
        costs = {}
        for key, rows in COSTS.items():
            for code, months, day, amount, name, supplier in rows:
                unproven = UNPROVEN.get(key) == (months, day)
                costs[key, name] = self.env["legal.cost"].create(
                    {
                        "matter_id": demo["matters"][key].id,
                        "category_id": categories[code].id,
                        "date": self._demo_day(demo, months, day),
                        "unit_amount": amount,
                        "name": name,
                        "supplier_id": supplier
                        and self.env["res.partner"]
                        .create({"name": supplier, "is_company": True})
                        .id,
                        "has_mandate": True,
                        "is_in_client_name": True,
                        "proof_attachment_ids": []
                        if unproven
                        else [
                            Command.create({"name": "justificatif.pdf", "raw": PROOF})
                        ],
                    }
                )
        return costs

    @api.model
    def _demo_provisions(self, demo):
        """Ask two clients for provisions: the main job receives one of them."""
        provisions = {}
        for key, (months, day, amount, work, is_paid) in PROVISIONS.items():
            date = self._demo_day(demo, months, day)
            provisions[key] = self.env["legal.provision"].create(
                {
                    "matter_id": demo["matters"][key].id,
                    "amount_untaxed": amount,
                    "work": work,
                    "date": date,
                    "due_on": is_paid and date + timedelta(days=10),
                }
            )
            provisions[key].action_mark_requested()
        return provisions

    @api.model
    def _demo_caps(self, demo):
        """Look at the limits, get one letter ready, share one file with a client."""
        matters = self.env["legal.matter"].union(*demo["matters"].values())
        matters._update_caps()
        event = self.env["legal.cap.event"].search(
            [("matter_id", "=", demo["matters"]["malfacons"].id), ("state", "=", "new")]
        )[:1] or self.env["legal.cap.event"].search([("state", "=", "new")], limit=1)
        if event:
            contact = event.matter_id.partner_id
            revised = event.limit * 1.5
            channel = "email" if contact.email else "post"
            event._prepare_notice(
                contact, channel, event._compose_notice(contact, revised), revised
            )
        demo["matters"]["cession"].shared_document_ids = [
            Command.create({"name": "Projet d'acte de cession.pdf", "raw": PROOF})
        ]
        return event

    # -- online payment ----------------------------------------------------------------

    @api.model
    def _demo_card(self, demo):
        """Let clients pay online by the simulated card, where it is installed."""
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        if not provider:
            return provider
        if provider.company_id != demo["company"]:
            provider = provider.copy({"company_id": demo["company"].id})
        provider.write(
            {
                "state": "test",
                "is_published": True,
                "journal_id": self._demo_bank_journal(demo["company"]).id,
            }
        )
        provider._ensure_payment_method_line()
        provider.payment_method_ids.active = True
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", True
        )
        return provider
