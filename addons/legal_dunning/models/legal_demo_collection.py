from datetime import datetime, time, timedelta

from odoo import api, models


class LegalDemo(models.AbstractModel):
    """The demo firm's collection: a call, promises kept waiting and broken, a note."""

    _inherit = "legal.demo"

    @api.model
    def _demo_people(self, demo):
        people = super()._demo_people(demo)
        demo["company"].collection_user_id = people["marine"]
        return people

    def _job_collect(self, company, today, folder):
        """Log what was said to late payers, then print one statement of account."""
        result = super()._job_collect(company, today, folder)
        Case = self.env["legal.collection.case"]
        cases = Case._sync(company, today).sorted("expected_recovery", reverse=True)
        if not any(cases.mapped("event_ids")):
            self._job_log_collection(company, cases, today)
            Case._sync(company, today)
        self.env["legal.payment.forecast"]._refresh(company, today)
        for case in cases[:1]:
            self._job_write_statement(case, today, folder)
        return result

    def _job_log_collection(self, company, cases, today):
        """Fill the log of three accounts, as a collector would have."""
        by_name = {case.partner_id.name: case for case in cases}
        collector = company.collection_user_id

        def log(name, kind, back, **vals):
            case = by_name.get(name)
            if case:
                at = datetime.combine(today - timedelta(days=back), time(10, 20))
                case._log(kind, date=at, user_id=collector.id, **vals)

        def promise(name, amount, back, due_on):
            case = by_name.get(name)
            if case:
                Event = self.env["legal.collection.event"]
                made_on = today - timedelta(days=back)
                Event.create(
                    Event._prepare_promise(
                        case,
                        amount,
                        due_on,
                        case._get_overdue_moves(),
                        made_on=made_on,
                        date=datetime.combine(made_on, time(15, 5)),
                        user_id=collector.id,
                    )
                )

        log(
            "Marc Dubreuil",
            "call",
            20,
            outcome="promise",
            contact_name="Marc Dubreuil",
            body="Attend le versement d'un notaire, règle sous huit jours.",
        )
        promise("Marc Dubreuil", 3000, 20, today - timedelta(days=12))
        log(
            "Syndicat des copropriétaires 24 rue des Lilas",
            "call",
            9,
            outcome="promise",
            contact_name="Cabinet de syndic",
            body="Virement lancé après le conseil syndical.",
        )
        promise("Syndicat des copropriétaires 24 rue des Lilas", 3433.32, 9, today)
        log("Sylvie Martin", "call", 1, outcome="message")
        case = by_name.get("Sylvie Martin")
        if case:
            case.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=today,
                summary="Rappeler",
                user_id=collector.id,
            )
        log(
            "Méridien Logistique SA",
            "note",
            3,
            body="La comptabilité demande un duplicata de facture : envoyé.",
        )

    def _job_write_statement(self, case, today, folder):
        """Write the statement of account of one payer."""
        statement = self.env["legal.collection.statement"].create(
            {"case_id": case.id, "date_to": today}
        )
        name, content = statement._make_pdf()
        (folder / name).write_bytes(content)
        self._job_say(f"Relevé de compte : {case.partner_id.name}, {name}")
