from dateutil.relativedelta import relativedelta
from stdnum.be import vat as be_vat
from stdnum.fr import siret, tva

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..models.legal_demo_data import FIRM, MATTERS


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().search(
            [("key", "=", "legal.demo.loaded")]
        ).unlink()
        # free the names, wherever the demo firm was loaded before
        for company in cls.env["res.company"].search([("name", "=", FIRM["name"])]):
            company.name = f"{company.name} before"
        for login, _password, _role in cls.env["legal.demo"]._logins():
            cls.env["res.users"].with_context(active_test=False).search(
                [("login", "=", login)]
            ).login = f"{login}-before"
        cls.known = cls.env["legal.matter"].search([])
        cls.loaded = cls.env["legal.demo"]._load()
        found = cls.env["legal.matter"].search([]) - cls.known
        cls.matters = found.filtered(lambda matter: not matter.is_internal)
        cls.firm_matters = found - cls.matters
        # Downstream, a few more matters stand beside those of this addon.
        names = {matter["name"] for matter in MATTERS.values()}
        cls.own_matters = cls.matters.filtered(lambda matter: matter.name in names)

    def test_the_firm_is_loaded_once(self):
        self.assertTrue(self.loaded)
        self.assertFalse(self.env["legal.demo"]._load())
        self.assertEqual(len(self.own_matters), 12)
        self.assertEqual(set(self.matters.mapped("state")), {"open"})

    def test_the_firm_works_for_itself_and_for_free(self):
        own = self.firm_matters.time_entry_ids
        self.assertEqual(
            set(own.mapped("work_kind")), {"internal", "training", "prospecting"}
        )
        free = self.matters.time_entry_ids.filtered(lambda e: e.work_kind == "pro_bono")
        self.assertTrue(free)
        self.assertTrue(all(free.mapped("amount_standard")))
        self.assertFalse((own | free).filtered("is_billable"))

    def test_everybody_may_log_in_with_a_grade_or_an_office(self):
        for login, _password, role in self.env["legal.demo"]._logins():
            user = self.env["res.users"].search([("login", "=", login)])
            self.assertIn(user.name, role)
            self.assertTrue(user.with_company(user.company_id).employee_id)
            self.assertTrue(user.has_group("legal_timesheet.group_legal_user"))

    def test_identifiers_of_clients_are_well_formed(self):
        clients = self.matters.partner_id
        self.assertEqual(len(clients), 12)
        # Downstream, a few clients have no address: they get letters.
        self.assertGreaterEqual(len(clients.filtered("email")), 10)
        for client in clients.filtered("company_registry"):
            self.assertTrue(siret.is_valid(client.company_registry), client.name)
            self.assertTrue(tva.is_valid(client.vat), client.name)
        belgian = clients.filtered(lambda c: c.country_id.code == "BE")
        self.assertTrue(be_vat.is_valid(belgian.vat))
        self.assertTrue(clients.filtered(lambda c: c.country_id.code == "CH"))

    def test_one_matter_is_walled(self):
        [walled] = self.matters.filtered("is_walled")
        antoine = walled.excluded_user_ids
        self.assertFalse(walled.with_user(antoine).has_access("read"))
        office = self.env["res.users"].search([("login", "=", "marine")])
        self.assertEqual(
            self.matters.with_user(office)._filtered_access("read"),
            self.matters - walled,
        )

    def test_time_is_approved_up_to_the_end_of_last_month(self):
        today = fields.Date.context_today(self.matters)
        month = today.replace(day=1)
        entries = self.matters.time_entry_ids
        past = entries.filtered(lambda entry: entry.date < month)
        self.assertEqual(set(past.mapped("approval_state")), {"approved"})
        self.assertNotIn("approved", (entries - past).mapped("approval_state"))
        self.assertGreaterEqual(
            min(entries.mapped("date")), today - relativedelta(months=7)
        )
        for matter in self.own_matters:
            # Downstream, a worked case has just the entries of its arithmetic.
            self.assertIn(len(matter.time_entry_ids), range(3, 41))

    def test_every_billable_entry_has_its_price(self):
        billable = self.matters.time_entry_ids.filtered("is_billable")
        self.assertTrue(all(billable.mapped("amount_billable")))
        # Downstream, a client is billed in another currency at rates of its own.
        currency = self.matters.company_id.currency_id
        billed = billable.filtered(lambda entry: entry.legal_currency_id == currency)
        self.assertLessEqual(
            set(billed.mapped("rate")), {280, 265, 220, 205, 180, 170, 120, 110}
        )
