from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LegalBillingCommon

MONTH_END = date(2026, 6, 30)

#: (what is wrong, check, narrative, more): each on a day and of a person of its own
CAUGHT = [
    ("another client is named", "secrecy", "Réunion avec Cristalleries du Doubs", {}),
    ("a person of another matter", "secrecy", "Entretien avec Paul Verdier, bail", {}),
    ("another matter's number", "secrecy", "Reprise des pièces de {other}", {}),
    (
        "a word of secrecy",
        "secrecy",
        "Note sur la déclaration de soupçon du notaire",
        {},
    ),
    (
        "a bank account",
        "secrecy",
        "Virement reçu sur FR76 3000 6000 0112 3456 7890 189",
        {},
    ),
    ("a social security number", "secrecy", "Demande pour 1 85 05 78 006 084 36", {}),
    (
        "a word between us",
        "internal",
        "Reprise de la clause, TROP LONG pour la page",
        {},
    ),
    ("not to be billed", "internal", "Projet d'assignation (à ne pas facturer)", {}),
    (
        "an English word between us",
        "internal",
        "New lease clause, our mistake on it",
        {},
    ),
    ("initials only", "vague", "RDV", {}),
    ("words for any work", "vague", "Étude du dossier", {}),
    ("several of them", "vague", "Divers échanges et suivi du dossier", {}),
    ("too short to tell", "vague", "Conclusions", {}),
    ("nothing written", "vague", False, {}),
    (
        "twice the same",
        "duplicate",
        "Conclusions en réponse pour l'audience de mise en état",
        {"twin": {}},
    ),
    (
        "nearly the same words",
        "duplicate",
        "Appel avec Me Roux sur la saisie conservatoire",
        {"twin": {"narrative": "Appel Me Roux sur la saisie conservatoire"}},
    ),
    (
        "accents and capitals",
        "duplicate",
        "Lettre à l'expert sur les délais de dépôt",
        {"twin": {"narrative": "LETTRE A L'EXPERT SUR LES DELAIS DE DEPOT."}},
    ),
    (
        "the same to another client",
        "duplicate",
        "Veille sur le décret du 3 mars et son entrée en vigueur",
        {"twin": {"matter": "other"}, "twin_is_elsewhere": True},
    ),
    (
        "at two hearings at once",
        "overlap",
        "Audience de référé 9h30-11h",
        {
            "hours": 1.5,
            "twin": {"narrative": "Expertise sur place 10h45–12h15", "hours": 1.5},
        },
    ),
    (
        "at another client's at the same time",
        "overlap",
        "Réunion de chantier de 14:00 à 16:00",
        {
            "hours": 2,
            "twin": {
                "matter": "other",
                "narrative": "Visioconférence 15h-16h30",
                "hours": 1.5,
            },
            "twin_is_elsewhere": True,
        },
    ),
    (
        "left the team",
        "off_team",
        "Note sur la compétence du tribunal",
        {"lawyer": "left"},
    ),
    ("a very long entry", "odd_hours", "Plaidoirie devant la cour", {"hours": 10.5}),
    (
        "more billed than worked",
        "odd_hours",
        "Analyse du rapport d'expertise",
        {"hours": 1, "billable": 3},
    ),
    (
        "longer than by the clock",
        "odd_hours",
        "Audience de mise en état 9h-10h",
        {"hours": 1.8},
    ),
    (
        "no whole increment",
        "odd_hours",
        "Analyse des comptes courants",
        {"hours": 1.4, "billable": 1.37},
    ),
    (
        "a day of fifteen hours",
        "long_day",
        "Préparation des plaidoiries de la cour",
        {
            "hours": 8,
            "twin": {"matter": "other", "narrative": "Autre bail", "hours": 7},
            "twin_is_elsewhere": True,
        },
    ),
    ("a Sunday", "rest_day", "Analyse de la note en délibéré", {"day": 6}),
    (
        "night by the clock",
        "rest_day",
        "Garde à vue 22h30–1h",
        {"hours": 2.5},
    ),
    (
        "three acts in a row",
        "block",
        "Rédaction des conclusions, appel avec le client et audience de référé",
        {"hours": 4},
    ),
    (
        "acts one after the other",
        "block",
        "Étude du bail commercial ; courriel au preneur ; note de synthèse au bailleur",
        {"hours": 3},
    ),
    (
        "an English block",
        "block",
        "Drafting of the motion, call with the expert, review of exhibits",
        {"hours": 2.5},
    ),
    ("rate raised", "rate", "Consultation sur la garantie décennale", {"rate": 400}),
    (
        "work of last winter",
        "old",
        "Mise en demeure du vendeur",
        {"date": "2026-01-07"},
    ),
]
#: as near as can be to the above, and right
CLEAN = [
    ("the matter's own client", "Réunion avec Ateliers Vauban sur le calendrier", {}),
    ("the opposing party", "Lettre à Scierie Haute Combe sur la livraison", {}),
    ("the matter's own number", "Classement des pièces de {own} avant l'audience", {}),
    ("a first name only", "Entretien avec Paul, gérant de la cliente", {}),
    ("another declaration", "Déclaration de créance au passif du vendeur", {}),
    ("a number of the court's list", "Conclusions RG n° 26/01234 devant la cour", {}),
    ("amounts and articles", "Calcul des intérêts sur 12 000 €, articles 12 à 15", {}),
    ("to invoice, in law", "Analyse du droit de facturer des pénalités", {}),
    ("formation of a contract", "Formation du contrat : analyse de l'offre", {}),
    ("the other side's error", "Note sur l'erreur de la partie adverse", {}),
    ("the file of the expert", "Étude du dossier d'expertise et du pré-rapport", {}),
    ("short, and it tells", "Audience de plaidoiries", {}),
    ("a call about something", "Appel du client sur la date de livraison", {}),
    ("work on something", "Travail préparatoire à l'audition du témoin", {}),
    (
        "the same words another day",
        "Suivi de l'exécution du jugement de mars",
        {"twin": {"next_day": True}},
    ),
    (
        "two lawyers at one meeting",
        "Réunion de travail avec l'expert comptable",
        {"twin": {"lawyer": "another"}},
    ),
    (
        "the same words, another length",
        "Appel de l'huissier sur la saisie-vente",
        {"hours": 0.3, "twin": {"hours": 1.2}},
    ),
    (
        "the first and the second",
        "Conclusions n° 1 devant le tribunal de commerce",
        {"twin": {"narrative": "Conclusions n° 2 devant le tribunal de commerce"}},
    ),
    (
        "another subject",
        "Appel avec Me Roux sur la saisie conservatoire",
        {"twin": {"narrative": "Appel avec Me Roux sur la vente amiable"}},
    ),
    (
        "one after the other",
        "Audience de référé 9h-10h",
        {
            "hours": 1,
            "twin": {"narrative": "Délibéré et compte rendu 10h-11h", "hours": 1},
        },
    ),
    (
        "two persons at once",
        "Expertise sur place 14h-16h",
        {"hours": 2, "twin": {"lawyer": "another"}},
    ),
    ("on the team for that day", "Note sur la loi applicable", {"lawyer": "guest"}),
    (
        "a long entry",
        "Audience de plaidoiries devant la cour d'assises",
        {"hours": 9.5},
    ),
    (
        "rounded up as agreed",
        "Analyse du protocole de conciliation",
        {"hours": 1.02},
    ),
    (
        "as long as by the clock",
        "Réunion de chantier de 9h00 à 11h30",
        {"hours": 2.5},
    ),
    (
        "a full day",
        "Rédaction de l'assignation au fond",
        {
            "hours": 6,
            "twin": {"matter": "other", "narrative": "Bail rural", "hours": 5},
            "twin_is_elsewhere": True,
        },
    ),
    ("a Saturday", "Analyse de la note de l'administrateur", {"day": 5}),
    ("an evening", "Conseil d'administration 19h-21h", {"hours": 2}),
    (
        "one act and its parts",
        "Rédaction des conclusions : faits ; procédure ; dispositif",
        {"hours": 5},
    ),
    (
        "three acts, briefly",
        "Lettre à l'expert, appel du greffe et note au client",
        {"hours": 0.6},
    ),
    (
        "two acts",
        "Préparation de l'audience et rédaction de la note de plaidoirie",
        {"hours": 4},
    ),
    ("rate lowered with a reason", "Consultation sur la prescription", {"rate": 200}),
    ("work of the spring", "Mise en demeure du transporteur", {"date": "2026-03-03"}),
]


@tagged("post_install", "-at_install")
class TestPrebillAnomalyCases(LegalBillingCommon):
    """Each wrong thing is caught, and what looks like it is left alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matter = cls._create_matter(
            opposing_party_ids=[
                Command.create({"name": "Scierie Haute Combe SARL", "is_company": True})
            ]
        )
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        glass = cls.env["res.partner"].create(
            {"name": "Cristalleries du Doubs SAS", "is_company": True}
        )
        cls.other = cls._create_matter(partner_id=glass.id)
        person = cls.env["res.partner"].create({"name": "Paul Verdier"})
        cls._create_matter(partner_id=person.id)
        cls._add_to_team("left", "Lena Partie")
        cls._add_to_team("guest", "Igor Passage")
        #: one day and one person a case, from Mondays to Fridays
        cls.slots = (
            (lawyer, date(2026, 3, 16) + timedelta(weeks=week, days=day))
            for week in range(15)
            for day in range(0, 4)
            for lawyer in ("partner", "senior", "associate")
        )
        cls.entries = {}
        for name, code, words, more in CAUGHT:
            cls.entries[name] = cls._make(words, more), {code}, more
        for name, words, more in CLEAN:
            cls.entries[name] = cls._make(words, more), set(), more
        cls.prebill, _warnings = cls.env["legal.prebill"]._generate(
            cls.matter, MONTH_END
        )
        cls._end_on_team("left", date(2026, 2, 27))
        for entries, _codes, more in cls.entries.values():
            if rate := more.get("rate"):
                cls._line(entries[0]).write(
                    {
                        "rate": rate,
                        "decision": "bill" if rate > 280 else "write_down",
                        "reason_id": cls.reason.id,
                    }
                )
        cls.env["legal.prebill"]._check_pending()

    @classmethod
    def _add_to_team(cls, code, name):
        user = new_test_user(
            cls.env,
            f"anomaly.{code}",
            "legal_timesheet.group_legal_user",
            name=name,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.lawyers[code] = cls.env["hr.employee"].create(
            {"name": name, "user_id": user.id, "company_id": cls.company.id}
        )
        cls.env["legal.employee.grade"].create(
            {
                "employee_id": cls.lawyers[code].id,
                "grade_id": cls.env.ref("legal_timesheet.grade_associate").id,
                "date_from": "2025-01-01",
            }
        )
        cls.matter.member_ids = [
            Command.create({"user_id": user.id, "date_from": "2026-01-02"})
        ]

    @classmethod
    def _end_on_team(cls, code, day):
        user = cls.lawyers[code].user_id
        cls.matter.member_ids.filtered(lambda m: m.user_id == user).date_to = day

    @classmethod
    def _line(cls, entry):
        return cls.prebill.line_ids.filtered(lambda line: line.entry_id == entry)

    @classmethod
    def _make(cls, words, more):
        """Return the entry of a case, and its twin if it has one."""
        lawyer, day = next(cls.slots)
        if weekday := more.get("day"):
            day += timedelta(weekday - day.weekday())
        day = date.fromisoformat(more["date"]) if "date" in more else day
        lawyer = more.get("lawyer", lawyer)
        if lawyer == "guest":
            cls._end_on_team("guest", day)
        values = {"hours_billable": more["billable"]} if "billable" in more else {}
        words = words and words.format(
            own=cls.matter.matter_number, other=cls.other.matter_number
        )
        first = cls._enter(cls.matter, lawyer, day, words, more.get("hours", 1), values)
        twin = more.get("twin")
        if twin is None:
            return first
        another = {"partner": "senior", "senior": "associate", "associate": "partner"}
        return first | cls._enter(
            cls.other if twin.get("matter") else cls.matter,
            another[lawyer] if twin.get("lawyer") else lawyer,
            day + timedelta(1) if twin.get("next_day") else day,
            twin.get("narrative", words),
            twin.get("hours", more.get("hours", 1)),
        )

    @classmethod
    def _enter(cls, matter, lawyer, day, words, hours, values=None):
        return cls._create_entry(
            matter, lawyer, hours, day, narrative=words, **(values or {})
        )

    def _codes_on(self, entries):
        lines = self.prebill.line_ids.filtered(lambda li: li.entry_id in entries)
        return set(lines.anomaly_ids.mapped("code"))

    def test_thirty_wrong_things_are_each_caught_by_their_own_check(self):
        self.assertGreaterEqual(len(CAUGHT), 30)
        for name, code, _words, _more in CAUGHT:
            entries, codes, _more = self.entries[name]
            with self.subTest(name):
                if code == "old":
                    # once a pre-bill, not once a line
                    self.assertFalse(self._codes_on(entries))
                    found = self.prebill.anomaly_ids.filtered(lambda a: not a.line_id)
                    self.assertEqual(found.action_mend()["domain"][0][2], entries.ids)
                else:
                    self.assertEqual(self._codes_on(entries), codes)
                    found = self.prebill.anomaly_ids.filtered(
                        lambda a, e=entries: a.line_id.entry_id in e
                    )
                self.assertEqual(len(found), 1)
                self.assertEqual((found.code, found.severity), (code, "warn"))
                self.assertGreater(len(found.sentence), 20)
                self.assertTrue(found.mend_label)

    def test_thirty_look_alikes_are_left_alone(self):
        self.assertGreaterEqual(len(CLEAN), 30)
        for name, _words, _more in CLEAN:
            with self.subTest(name):
                entries = self.entries[name][0]
                lines = self.prebill.line_ids.filtered(
                    lambda li, e=entries: li.entry_id in e
                )
                self.assertTrue(lines)
                self.assertFalse(lines.anomaly_ids.mapped("sentence"))
        self.assertEqual(
            self.prebill.anomaly_count,
            len(CAUGHT),
            self.prebill.anomaly_ids.mapped("sentence"),
        )

    def test_block_is_split_in_its_acts_by_the_mend_button(self):
        (entry,) = self.entries["three acts in a row"][0]
        line = self._line(entry)
        amount = line.amount
        action = line.anomaly_ids.action_mend()
        self.assertEqual(action["res_model"], "legal.prebill.split")
        dialog = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(dialog.hours, 4)
        acts = [
            "Rédaction des conclusions",
            "Appel avec le client",
            "Audience de référé",
        ]
        shown = [
            (part["narrative"], part["hours"]) for part in dialog.part_ids._records
        ]
        self.assertEqual([words for words, _hours in shown], acts)
        self.assertEqual(sorted(hours for _words, hours in shown), [1.33, 1.33, 1.34])
        for rank, hours in enumerate((2.5, 0.5, 0.4)):
            with dialog.part_ids.edit(rank) as part:
                part.hours = hours
        self.assertEqual(dialog.hours_left, 0.6)
        wizard = dialog.save()
        with self.assertRaisesRegex(UserError, "make"), self.env.cr.savepoint():
            wizard.action_split()
        self.assertEqual(line.hours, 4, "a refusal leaves the entry whole")
        wizard.part_ids[2].hours = 1
        wizard.action_split()
        self.env["legal.prebill"]._check_pending()
        lines = self.prebill.line_ids.filtered(
            lambda li: li.narrative in acts and li.date == line.date
        )
        self.assertEqual(lines.sorted("id").mapped("hours"), [2.5, 0.5, 1])
        self.assertEqual(lines.entry_id.mapped("hours_billable"), [2.5, 0.5, 1])
        self.assertEqual(sum(lines.mapped("amount")), amount)
        self.assertNotIn("block", lines.anomaly_ids.mapped("code"))
        self.prebill.undo_last()
        self.assertEqual((line.hours, line.amount), (4, amount))

    def test_words_are_quoted_as_they_were_written(self):
        for name, said in (
            ("a word between us", "TROP LONG"),
            ("a word of secrecy", "déclaration de soupçon"),
            ("not to be billed", "à ne pas facturer"),
            ("another client is named", "Cristalleries du Doubs"),
        ):
            with self.subTest(name):
                (entry,) = self.entries[name][0]
                self.assertIn(f"“{said}”", self._line(entry).anomaly_ids.sentence)

    def test_late_work_is_told_once_and_dismissed_until_older_comes(self):
        old = self.prebill.anomaly_ids.filtered(lambda a: a.code == "old")
        old._dismiss("The client knows")
        self.prebill.date_to = date(2026, 8, 31)
        self.prebill._mark_to_check()
        self.env["legal.prebill"]._check_pending()
        self.assertEqual(self.prebill.anomaly_ids & old, old)
        self.assertEqual(old.state, "dismissed")
        self.assertGreater(old.facts["count"], 50)
        self.assertIn(str(old.facts["count"]), old.sentence)
        self.assertEqual(len(old.action_mend()["domain"][0][2]), old.facts["count"])
