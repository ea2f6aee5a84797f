"""Two clients of a firm, each with one of everything a page or a route may show."""

import io
from datetime import timedelta
from types import SimpleNamespace

from odoo import Command, fields
from odoo.tests import new_test_user
from odoo.tools.pdf import PdfWriter

from odoo.addons.legal_billing.tests.portal_common import LegalPortalCommon
from odoo.addons.legal_billing.tests.signature_common import drawing

PASSWORD = "mot de passe long"


class RouteWorldCommon(LegalPortalCommon):
    """``cls.mine`` and ``cls.theirs``: the same things, of two clients.

    A world holds records; :func:`secrets` lists the words that nobody but its own
    client may read anywhere.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].sudo().browse(
            cls.env.ref("base.public_user").id
        ).company_ids = [Command.link(cls.company.id)]
        cls.lawyers["partner"].user_id.email = "claire@lanterne-avocats.example"
        cls.mine = cls._create_world(cls.client, "Bellerive", 2.0, 84)
        cls.theirs = cls._create_world(cls.consumer, "Kervadec", 3.0, 91)
        cls.env["legal.review.rule"].create(
            {
                "name": "Revue",
                "company_id": cls.company.id,
                "has_collaborators": False,
            }
        )
        for world in (cls.mine, cls.theirs):
            world.review = cls._create_review(world)
        cls.people = {
            "the other client": cls._create_login("autre", cls.consumer),
            "the opponent": cls._create_login("adverse", cls.mine.opponent),
            "a user of another company": new_test_user(
                cls.env,
                "ailleurs",
                password=PASSWORD,
                groups="base.group_user,legal_timesheet.group_legal_user,"
                "account.group_account_invoice",
                company_id=cls._create_other_company().id,
            ),
        }
        cls.env.flush_all()

    @classmethod
    def _create_other_company(cls):
        company = cls.env["res.company"].create({"name": "Cabinet Voisin"})
        cls.env.user.company_ids = [Command.unlink(company.id)]
        return company

    @classmethod
    def _create_login(cls, login, partner):
        return new_test_user(
            cls.env,
            login,
            password=PASSWORD,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_world(cls, client, word, hours, percent):
        """Return one of everything of a client, told apart by a word.

        :param percent: how much of the cap of his matter is used up
        """
        env, today = cls.env, fields.Date.context_today(cls.env.user)
        start = today - timedelta(days=60)
        world = SimpleNamespace(word=word, client=client)
        world.contact = env["res.partner"].create(
            {
                "name": f"Signataire {word}",
                "email": f"signataire@{word.lower()}.example",
                "parent_id": client.id,
                "lang": "fr_FR",
            }
        )
        world.opponent = env["res.partner"].create({"name": f"Partie {word} adverse"})
        world.matter = matter = cls._create_matter(
            name=f"Affaire {word}",
            partner_id=client.id,
            opened_on=start,
            client_approves_time=True,
            opposing_party_ids=[Command.set(world.opponent.ids)],
        )
        cls._create_agreement(
            matter,
            [
                {
                    "kind": "hourly",
                    "cap_amount": hours * 280 * 100 / percent,
                    "at_cap": "unbilled",
                }
            ],
            date_from=start,
            signed_on=start,
        )
        day = str(today - timedelta(days=20))
        entry = cls._create_entry(
            matter, "partner", hours, day, narrative=f"Note secrète {word}"
        )
        env.flush_all()
        env.cr.precommit.run()
        env.invalidate_all()
        world.notice = cls._create_notice(matter)
        world.time = cls._create_time_request(world, entry, today)
        matter.shared_document_ids = [
            Command.create({"name": f"{word}.txt", "raw": f"Pièce {word}".encode()})
        ]
        world.document = matter.shared_document_ids
        # The invoice is of another matter, whose work its client needs not approve.
        world.move = cls._create_move(world, hours)
        world.dispute = cls._create_dispute(world)
        world.provision = env["legal.provision"].create(
            {
                "matter_id": matter.id,
                "amount_untaxed": 1000 * hours + percent,
                "work": f"Audience {word}",
                "due_on": "2099-01-31",
            }
        )
        world.provision.action_mark_requested()
        world.provision._portal_ensure_token()
        world.agreement = cls._create_agreement(
            cls._create_matter(name=f"Conseil {word}", partner_id=client.id),
            [{"kind": "hourly"}],
            sign=False,
            signed_on=False,
            note=f"<p>Clause {word}</p>",
        )
        world.agreement._send_to_client(world.contact)
        world.plan_move = cls._create_move(world, hours + 1)
        world.plan = cls._create_plan(world, today)
        world.account = cls._create_account(world)
        world.link = env["legal.client.link"]._get_for(client, cls.company)
        world.attempt = cls._create_attempt(world)
        world.transfer = world.link._announce_transfer(
            world.link._choose([f"i{world.move.id}"])
        )
        world.report = env["legal.ereporting"].create(
            {
                "company_id": cls.company.id,
                "flux": "10.3" if word == "Bellerive" else "10.1",
                "date_from": "2026-04-01",
                "date_to": "2026-04-30",
            }
        )
        world.letter = cls._create_letter(world)
        return world

    @classmethod
    def _create_move(cls, world, hours):
        matter = cls._create_matter(
            name=f"Procès {world.word}", partner_id=world.client.id
        )
        cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(
            matter,
            "partner",
            hours,
            "2026-04-01",
            narrative=f"Plaidoirie {world.word}",
        )
        _prebill, move = cls._bill(matter, "2026-04-30", post=False)
        move.write(
            {
                "invoice_payment_term_id": False,
                "invoice_date_due": "2099-05-30",
                "invoice_text_policy": "detailed",
            }
        )
        move.action_post()
        move._portal_ensure_token()
        return move

    @classmethod
    def _create_notice(cls, matter):
        event = cls.env["legal.cap.event"].search(
            [("matter_id", "=", matter.id), ("state", "=", "new")], limit=1
        )
        cls.env["legal.cap.notice"].with_user(matter.responsible_id).create(
            {"event_id": event.id, "revised_limit": 20000.0}
        ).action_send()
        return event.sudo()

    @classmethod
    def _create_time_request(cls, world, entry, today):
        Approval = cls.env["legal.time.client.approval"]
        responsible = world.matter.responsible_id
        asked = Approval.with_user(responsible)._ask(
            world.matter.with_user(responsible),
            world.contact,
            entry.with_user(responsible),
            date_from=today - timedelta(days=30),
            date_to=today,
        )
        return Approval.sudo().browse(asked.id)

    @classmethod
    def _create_dispute(cls, world):
        _outcome, dispute = world.move.sudo()._client_contest(
            "question", [], "", f"Pourquoi {world.word} ?", world.contact, []
        )
        return dispute

    @classmethod
    def _create_plan(cls, world, today):
        cls.company.plan_auto_amount = 5000.0
        plan = (
            cls.env["legal.payment.plan"]
            .sudo()
            ._client_propose(
                world.plan_move.sudo(),
                "3",
                str(today + timedelta(days=7)),
                world.contact,
            )
        )
        plan._portal_ensure_token()
        return plan

    @classmethod
    def _create_account(cls, world):
        world.billed = world.move.matter_ids
        account = world.billed._prepare_final_accounts()
        account.action_issue()
        return account

    @classmethod
    def _create_review(cls, world):
        matter = cls._create_matter(
            name=f"Revue {world.word}", partner_id=world.client.id
        )
        cls._create_agreement(matter, [{"kind": "hourly"}])
        cls._create_entry(
            matter, "partner", 2, "2026-04-01", narrative=f"Revu {world.word}"
        )
        prebill, _warnings = cls.env["legal.prebill"]._generate(
            matter, fields.Date.to_date("2026-04-30")
        )
        prebill.with_user(matter.responsible_id).action_submit_review()
        return prebill.review_ids[:1].sudo()

    @classmethod
    def _create_attempt(cls, world):
        """Return a payment that was begun and not finished."""
        return (
            cls.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": cls.provider.id,
                    "payment_method_id": cls.method.id,
                    "reference": f"essai {world.word}",
                    "amount": 10.0,
                    "currency_id": world.move.currency_id.id,
                    "partner_id": world.client.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(world.move.ids)],
                }
            )
        )

    @classmethod
    def _create_letter(cls, world):
        attachment = cls.env["ir.attachment"].create(
            {
                "name": "lettre.pdf",
                "raw": cls._plain_pdf(),
                "mimetype": "application/pdf",
            }
        )
        level = cls.env["legal.dunning.level"].sudo().search([], limit=1)
        action = (
            cls.env["legal.dunning.action"]
            .sudo()
            .create(
                {
                    "company_id": cls.company.id,
                    "partner_id": world.client.id,
                    "kind": "professional",
                    "level_id": level.id,
                    "planned_on": fields.Date.today(),
                    "attachment_id": attachment.id,
                    "line_ids": [
                        Command.create(
                            {
                                "move_id": world.move.id,
                                "level_id": level.id,
                                "sequence": 1,
                                "due_on": world.move.invoice_date_due,
                                "currency_id": world.move.currency_id.id,
                            }
                        )
                    ],
                }
            )
        )
        attachment.sudo().write({"res_model": action._name, "res_id": action.id})
        return action

    @classmethod
    def _plain_pdf(cls):
        writer, output = PdfWriter(), io.BytesIO()
        writer.add_blank_page(width=200, height=200)
        writer.write(output)
        return output.getvalue()

    def _payment(self, amount, **kw):
        return {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": amount,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "https://evil.example/",
            "is_validation": False,
            **kw,
        }


def secrets(world):
    """Return the words that only the world's own client may read."""
    words = [
        world.word,
        world.move.name,
        world.plan_move.name,
        world.plan.name,
        world.provision.name,
        world.agreement.name,
        world.matter.matter_number,
        world.client.name,
        world.review.prebill_id.name,
    ]
    return [word for word in words if word]


SIGNATURE = drawing
