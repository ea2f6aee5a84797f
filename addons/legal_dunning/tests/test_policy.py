from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import FIRST, DunningCommon


@tagged("post_install", "-at_install")
class TestPolicy(DunningCommon):
    def test_each_company_has_its_own_policies_once(self):
        Policy = self.env["legal.dunning.policy"]
        own = Policy.search([("company_id", "=", self.company.id)])
        self.assertEqual(
            sorted(own.mapped("client_kind")), ["consumer", "professional", "public"]
        )
        self.company._legal_setup_dunning_policies()
        self.assertEqual(Policy.search([("company_id", "=", self.company.id)]), own)
        other = self.env["res.company"].create({"name": "Autre cabinet"})
        self.assertEqual(other.dunning_policy_id.client_kind, "professional")
        self.assertEqual(other.dunning_policy_id.company_id, other)

    def test_own_policy_speaks_each_language(self):
        level = self.policy.level_ids[1].with_context(lang="fr_FR")
        self.assertEqual(level.name, "Premier rappel")
        self.assertIn("Sauf erreur de notre part", level.body_html)
        self.assertIn(
            "Unless we are mistaken", level.with_context(lang="en_US").body_html
        )

    def test_words_of_the_firm_survive_a_language_load(self):
        level = self.policy.level_ids[1].with_context(lang="fr_FR")
        level.body_html = "<p>{civ}, nos mots. {fin}</p>"
        self.env["legal.dunning.policy"]._complete_translations(["fr_FR"])
        self.assertIn("nos mots", level.body_html)

    def test_wrong_placeholder_is_named(self):
        level = self.policy.level_ids[0]
        with self.assertRaises(ValidationError) as caught:
            level.body_html = "<p>Facture {nun}</p>"
        self.assertIn("{nun}", str(caught.exception))
        self.assertIn("{num}", str(caught.exception))
        with self.assertRaises(ValidationError) as caught:
            level.subject = "Facture {montant_ttc}"
        self.assertIn("{montant_ttc}", str(caught.exception))

    def test_wrong_placeholder_in_a_translation_is_named(self):
        with self.assertRaises(ValidationError) as caught:
            self.policy.level_ids[0].update_field_translations(
                "subject", {"fr_FR": "Facture {numero}"}
            )
        self.assertIn("{numero}", str(caught.exception))

    def test_lone_brace_is_refused(self):
        with self.assertRaises(ValidationError):
            self.policy.level_ids[0].subject = "Facture {num"

    def test_costs_in_a_text_for_consumers_are_refused(self):
        level = self.policy_consumer.level_ids[2]
        for text in (
            "<p>{num} {penalites}</p>",
            "<p>{num} et 40 € de frais</p>",
            "<p>{num}, indemnité forfaitaire</p>",
        ):
            with self.assertRaises(ValidationError) as caught:
                level.body_html = text
            self.assertIn("111-8", str(caught.exception))

    def test_policy_of_professionals_cannot_become_a_consumers(self):
        with self.assertRaises(ValidationError):
            self.policy.client_kind = "consumer"

    def test_levels_leave_in_their_order(self):
        with self.assertRaises(ValidationError):
            self.policy.level_ids[2].offset_days = 7

    @mute_logger("odoo.sql_db")
    def test_rank_is_unique(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.policy.level_ids[2].sequence = 1
            self.env.flush_all()

    def test_used_level_stays(self):
        self._create_invoice()
        self._run(FIRST)
        with self.assertRaises(UserError):
            self.policy.level_ids[1].unlink()

    def test_live_preview_on_an_invoice(self):
        move = self._create_invoice()
        with Form(self.policy.level_ids[1]) as form:
            form.preview_move_id = move
            self.assertIn(move.name, form.preview_html)
            form.body_html = "<p>Bonjour, {solde} !</p>"
            self.assertIn("200,00", form.preview_html)
            self.assertIn("Bonjour", form.preview_html)
            form.body_html = "<p>{nun}</p>"
            self.assertIn("{nun}", form.preview_html)
            form.body_html = "<p>Bonjour, {solde} !</p>"

    def test_preview_of_penalties(self):
        move = self._create_invoice()
        level = self.policy.level_ids[2]
        level.preview_move_id = move
        self.assertIn("40,00", level.preview_html)
