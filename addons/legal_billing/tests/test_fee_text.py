from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common_terms import LegalTermsCommon


@tagged("post_install", "-at_install")
class TestFeeText(LegalTermsCommon):
    """Clauses, templates, and opening a matter with its agreement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.company.legal_bar = "Paris"
        cls.practice = cls.env.ref("legal_timesheet.practice_area_employment")
        cls.fixed_template = cls.env.ref("legal_billing.template_fixed")
        payment = cls.env.ref("account.account_payment_term_30days")
        for partner in (cls.client, cls.consumer):
            partner.with_company(cls.company).property_payment_term_id = payment

    def _codes(self, agreement):
        return set(agreement.clause_ids.clause_id.mapped("code"))

    def _fill(self, partner, terms, **kw):
        matter = self._create_matter(partner_id=partner.id, **kw.pop("matter", {}))
        agreement = self._create_agreement(matter, terms, sign=False, **kw)
        agreement._fill_clauses()
        return agreement

    # -- library -------------------------------------------------------------------

    def test_clauses_follow_their_conditions(self):
        hourly, fixed = {"kind": "hourly"}, self._fixed(100)
        business = self._codes(self._fill(self.client, [hourly]))
        self.assertTrue({"parties", "mission", "time", "estimate", "late"} <= business)
        self.assertFalse(
            business & {"mediator", "withdrawal", "success", "fixed", "aid", "carpa"}
        )
        consumer = self._codes(
            self._fill(self.consumer, [fixed], signature_mode="off_premises")
        )
        self.assertTrue({"mediator", "withdrawal", "off_premises", "fixed"} <= consumer)
        self.assertFalse(consumer & {"time", "estimate"})
        at_firm = self._codes(self._fill(self.consumer, [fixed]))
        self.assertFalse(at_firm & {"withdrawal", "off_premises"})
        success = self._codes(self._fill(self.client, [hourly, self._success()]))
        self.assertIn("success", success)
        aided = self._codes(
            self._fill(
                self.consumer,
                [hourly],
                matter={"legal_aid": "partial", "legal_aid_rate": 25},
            )
        )
        self.assertIn("aid", aided)

    def test_late_clause_never_charges_a_consumer_forty_euros(self):
        for partner, wanted in ((self.client, True), (self.consumer, False)):
            agreement = self._fill(partner, [{"kind": "hourly"}])
            late = agreement.clause_ids.filtered(lambda c: c.clause_id.code == "late")
            self.assertEqual(len(late), 1)
            self.assertEqual("40" in late.text_html, wanted)

    def test_clauses_hold_from_and_to_their_days(self):
        clause = self.env.ref("legal_billing.clause_gdpr")
        clause.date_to = "2026-01-01"
        self.assertNotIn(
            "gdpr", self._codes(self._fill(self.client, [{"kind": "hourly"}]))
        )
        clause.date_to = "2026-01-02"
        self.assertIn(
            "gdpr", self._codes(self._fill(self.client, [{"kind": "hourly"}]))
        )

    def test_placeholders_are_filled_and_everything_is_escaped(self):
        agreement = self._fill(self.client, [{"kind": "hourly", "name": "Temps"}])
        agreement.matter_id.name = "<b>Objet</b> {firm}"
        clauses = {c["title"]: c["html"] for c in agreement._render_clauses()}
        mission = clauses["Objet et étendue de la mission"]
        self.assertIn("&lt;b&gt;Objet&lt;/b&gt; {firm}", mission)
        self.assertIn(agreement.matter_id.matter_number, mission)
        self.assertIn("<li>Temps", clauses["Honoraires"])
        self.assertIn("Lanterne Avocats", clauses["Les parties"])
        self.assertIn("Paris", clauses["Contestation des honoraires"])

    def test_unsafe_or_unknown_placeholders_are_refused(self):
        clause = self.env.ref("legal_billing.clause_gdpr")
        for body in (
            "{nobody}",
            "{firm.env}",
            "{firm!r}",
            "{}",
            "a { b",
            "{0}",
            "{firm:>9}",
        ):
            with (
                self.subTest(body=body),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                clause.body = body
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        with self.assertRaises(ValidationError):
            agreement.clause_ids[0].body = "{client.env}"

    def test_clause_is_changed_and_restored(self):
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        clause = agreement.clause_ids[0]
        self.assertFalse(clause.is_changed)
        clause.body = "Autre texte."
        self.assertTrue(clause.is_changed)
        agreement.action_fill_clauses()
        self.assertEqual(clause.body, "Autre texte.", "what was changed is kept")
        clause.action_restore()
        self.assertFalse(clause.is_changed)

    def test_clauses_follow_a_change_of_the_agreement(self):
        agreement = self._fill(self.consumer, [{"kind": "hourly"}])
        agreement.signature_mode = "distance"
        agreement.action_fill_clauses()
        self.assertIn("withdrawal", self._codes(agreement))
        agreement.signature_mode = "on_premises"
        agreement.action_fill_clauses()
        self.assertNotIn("withdrawal", self._codes(agreement))

    def test_signed_clauses_do_not_change(self):
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        agreement.action_sign()
        for change in (
            lambda: agreement.clause_ids[0].write({"body": "x"}),
            lambda: agreement.clause_ids[0].unlink(),
            lambda: agreement.write(
                {"clause_ids": [Command.create({"title": "a", "body": "b"})]}
            ),
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                change()

    # -- templates -------------------------------------------------------------------

    def test_every_ready_made_template_makes_an_agreement(self):
        for template in self.env["legal.fee.template"].search([]):
            matter = self._create_matter()
            agreement = template._create_agreement(matter)
            self.assertEqual(
                agreement.term_ids.mapped("kind"), template.term_ids.mapped("kind")
            )
            self.assertTrue(agreement.clause_ids)
            self.assertEqual(agreement.payment_term_id.name, "30 Days")

    def test_neutral_figures_are_asked_for(self):
        agreement = self.fixed_template._create_agreement(self._create_matter())
        with self.assertRaisesRegex(UserError, "without an amount"):
            agreement._check_can_be_sent()

    def test_instalments_of_a_template_must_make_the_whole(self):
        with self.assertRaisesRegex(ValidationError, "90"):
            self.fixed_template.term_ids.instalment_ids[0].percent = 30

    def test_agreement_kept_as_a_template_tells_nothing_of_the_matter(self):
        secret = "Secret Bellerive"
        matter = self._create_matter(name=secret)
        agreement = self._create_agreement(
            matter,
            [
                self._fixed(
                    900,
                    [(secret, "signature", 300), (secret, "2026-02-01", 600)],
                    name=secret,
                ),
                self._success(name=secret),
            ],
            note=secret,
            estimate_line_ids=[
                Command.create({"name": secret, "fixed_low": 1, "fixed_high": 2})
            ],
        )
        action = agreement.action_keep_as_template()
        template = self.env["legal.fee.template"].browse(action["res_id"])
        content = str(template.read()) + str(template.term_ids.read())
        content += str(template.term_ids.instalment_ids.read())
        content += str(template.estimate_line_ids.read())
        self.assertNotIn(secret, content)
        self.assertEqual(template.term_ids.mapped("kind"), ["fixed", "success"])
        rows = template.term_ids.instalment_ids
        self.assertEqual(
            [round(p, 4) for p in rows.mapped("percent")], [33.3333, 66.6667]
        )
        again = template._create_agreement(self._create_matter())
        self.assertEqual(sum(again.term_ids.instalment_ids.mapped("amount")), 900)

    def test_draft_takes_another_template(self):
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        agreement.template_id = self.env.ref("legal_billing.template_hourly_success")
        agreement.action_apply_template()
        self.assertEqual(agreement.term_ids.mapped("kind"), ["hourly", "success"])
        self.assertIn("success", self._codes(agreement))

    def test_templates_are_written_by_those_who_manage(self):
        lawyer = self.lawyers["senior"].user_id
        with self.assertRaises(AccessError):
            self.fixed_template.with_user(lawyer).name = "x"
        self.assertTrue(self.fixed_template.with_user(lawyer).summary)

    # -- opening ---------------------------------------------------------------------

    def test_opening_a_matter_drafts_its_agreement(self):
        lawyer = new_test_user(
            self.env,
            "opener",
            groups="legal_timesheet.group_legal_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        form = Form(self.env["legal.matter.opening"].with_user(lawyer))
        form.partner_id = self.consumer
        self.assertEqual(form.client_kind, "consumer")
        self.assertTrue(form.is_free)
        form.name = "Licenciement"
        form.practice_area_id = self.practice
        form.team_ids.add(self.lawyers["associate"].user_id)
        form.template_id = self.fixed_template
        self.assertTrue(form.asks_amount)
        form.amount = 3000
        form.has_early_start_request = True
        action = form.save().action_open_matter()
        agreement = self.env["legal.fee.agreement"].browse(action["res_id"])
        matter = agreement.matter_id
        self.assertEqual(matter.state, "open")
        self.assertEqual(matter.responsible_id, lawyer)
        self.assertEqual(matter.member_ids.user_id, self.lawyers["associate"].user_id)
        self.assertEqual(
            agreement.term_ids.instalment_ids.mapped("amount"), [1200, 900, 900]
        )
        self.assertEqual(
            agreement.term_ids.instalment_ids.milestone_id.project_id, matter.project_id
        )
        self.assertEqual(agreement._get_missing_content(), [])
        self.assertTrue(agreement.is_ready)
        agreement.with_user(lawyer)._check_can_be_sent()

    def test_opening_shows_the_conflict_and_asks_why(self):
        self._create_matter(opposing_party_ids=[Command.set(self.consumer.ids)])
        form = Form(self.env["legal.matter.opening"])
        form.partner_id = self.consumer
        self.assertFalse(form.is_free)
        self.assertIn("Jeanne Morel", form.conflicts)
        form.name = "Divorce"
        form.conflict_cleared_reason = "Accord des deux clients"
        self.assertEqual(form.template_id.client_kind, "consumer")
        form.template_id = self.fixed_template
        form.amount = 1000
        form.save().action_open_matter()

    def test_opening_refused_leaves_nothing(self):
        self._create_matter(opposing_party_ids=[Command.set(self.consumer.ids)])
        opening = self.env["legal.matter.opening"].create(
            {
                "partner_id": self.consumer.id,
                "name": "Divorce",
                "company_id": self.company.id,
                "template_id": self.fixed_template.id,
            }
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            opening.action_open_matter()
        self.assertFalse(
            self.env["legal.matter"].search([("partner_id", "=", self.consumer.id)])
        )

    def test_opening_ends_in_what_comes_next(self):
        for method, wizard in (
            ("action_open_and_send", "legal.fee.agreement.send"),
            ("action_open_and_record", "legal.fee.agreement.paper"),
        ):
            for amount, model in ((1000, wizard), (0, "legal.fee.agreement")):
                with self.subTest(method=method, amount=amount):
                    form = Form(self.env["legal.matter.opening"])
                    form.partner_id = self.consumer
                    form.name = "Licenciement"
                    form.template_id = self.fixed_template
                    form.amount = amount
                    action = getattr(form.save(), method)()
                    # Without its fee it cannot be signed: it is shown instead.
                    self.assertEqual(action["res_model"], model)
        dialog = self.env["legal.fee.agreement.send"].with_context(
            legal_show_after=True
        )
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        wizard = dialog.create({"agreement_id": agreement.id})
        self.assertEqual(wizard.action_send()["res_id"], agreement.id)

    def test_a_company_signs_by_one_of_its_people(self):
        agreement = self._fill(self.client, [{"kind": "hourly"}])
        self.assertEqual(agreement._get_default_signatory(), self.client)
        person = self.env["res.partner"].create(
            {"name": "Paul", "email": "paul@x.example", "parent_id": self.client.id}
        )
        self.assertEqual(agreement._get_default_signatory(), person)

    def test_the_document_says_the_terms_once_where_the_clause_lists_them(self):
        agreement = self._fill(
            self.client, [{"kind": "hourly", "name": "Temps", "cap_amount": 900}]
        )
        articles = agreement._get_document_content()["articles"]
        fees = next(a for a in articles if a["title"] == "Honoraires")
        self.assertEqual(len(fees["terms"]), 1)
        self.assertIn("calculés comme suit", fees["html_before"])
        self.assertIn("avenant signé", fees["html"])
        self.assertNotIn("Temps", fees["html_before"] + fees["html"])
        clause = agreement.clause_ids.filtered(lambda c: c.clause_id.code == "fees")
        clause.body = "Au temps passé."
        articles = agreement._get_document_content()["articles"]
        fees = next(a for a in articles if a["title"] == "Honoraires")
        self.assertEqual(len(fees["terms"]), 1)
        self.assertIn("Au temps passé.", fees["html_before"])
