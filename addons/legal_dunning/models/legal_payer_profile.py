from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from odoo.addons.legal_timesheet.models.res_partner import CLIENT_KINDS

from ..engine import profiles

HISTORY_DAYS = 730


class LegalPayerProfile(models.Model):
    """What kind of payer somebody is, by rule, and how such payers are reminded."""

    _name = "legal.payer.profile"
    _description = "Payer Profile"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, export_string_translation=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    client_kind = fields.Selection(CLIENT_KINDS, "Kind of Client")
    is_insurer = fields.Boolean(
        "Insurer", help="Pays as a legal insurer on one matter at the least."
    )
    tag_ids = fields.Many2many(
        "res.partner.category", string="Tags", help="Has one of these tags."
    )
    overdue_min = fields.Monetary("Overdue from", help="What is overdue in all.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    late_min = fields.Integer(
        "Late Invoices from",
        help="Invoices paid late, or overdue now, within two years.",
    )
    late_max = fields.Integer("Late Invoices up to", default=-1, help="-1: any number.")
    late_percent_min = fields.Integer("Share of Late Invoices from (%)")
    policy_id = fields.Many2one(
        "legal.dunning.policy",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        help="Empty: the firm's for the kind of client.",
    )
    dunning_off = fields.Boolean("No Reminders")

    _percent_valid = models.Constraint(
        "CHECK (late_percent_min BETWEEN 0 AND 100)",
        "A share lies between 0 and 100 %.",
    )
    _counts_valid = models.Constraint(
        "CHECK (late_min >= 0 AND late_max >= -1 AND overdue_min >= 0)",
        "Numbers of invoices and amounts cannot be negative.",
    )

    def _get_rule(self):
        self.ensure_one()
        return profiles.Rule(
            key=self.id,
            kind=self.client_kind or "",
            is_insurer=self.is_insurer,
            tags=frozenset(self.tag_ids.ids),
            overdue_min=Decimal(str(self.overdue_min)),
            late_min=self.late_min,
            late_max=self.late_max,
            late_percent_min=self.late_percent_min,
        )

    @api.model
    def _find_profiles(self, company, partners, day):
        """Return {payer: (profile, [reasons], facts)} for these payers, in a few
        queries whatever their number."""
        partners = partners.commercial_partner_id
        own = self.sudo().search([("company_id", "=", company.id)])
        if not own or not partners:
            return {}
        rules = [profile._get_rule() for profile in own]
        by_id = {profile.id: profile for profile in own}
        found = {}
        for partner, facts in self._get_facts(company, partners, day).items():
            rule, reasons = profiles.find(rules, facts)
            if rule:
                found[partner] = (by_id[rule.key], reasons, facts)
        return found

    @api.model
    def _get_facts(self, company, partners, day):
        """Return {payer: facts} out of the ledger, the payers' records and matters."""
        # sudo: the profile of a payer is the firm's own rule, applied to its ledger.
        partners = partners.sudo()
        numbers = self._get_payment_numbers(company, partners, day)
        insurers = set(
            self.env["legal.payer"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("kind", "=", "insurer"),
                ]
            )
            .partner_id.commercial_partner_id.ids
        )
        nothing = (0, 0, Decimal(0))
        facts = {}
        for partner in partners:
            invoices, late, overdue = numbers.get(partner.id, nothing)
            facts[partner] = profiles.Facts(
                kind=partner.commercial_client_kind or "",
                is_insurer=partner.id in insurers,
                tags=frozenset(partner.category_id.ids),
                overdue=overdue,
                invoices=invoices,
                late=late,
            )
        return facts

    def _get_payment_numbers(self, company, partners, day):
        """Return {payer id: (invoices fallen due, late ones, amount overdue)}."""
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["commercial_partner_id", "move_type"])
        self.env.cr.execute(
            SQL(
                """
                SELECT payer, count(*), count(*) FILTER (WHERE late), sum(overdue)
                  FROM (
                    SELECT move.commercial_partner_id AS payer, move.id,
                           bool_or(line.date_maturity < COALESCE(
                               CASE WHEN line.reconciled THEN paid.on_day END, %(day)s
                           )) AS late,
                           sum(CASE WHEN line.date_maturity < %(day)s
                               THEN GREATEST(line.amount_residual, 0) ELSE 0 END)
                           AS overdue
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                      LEFT JOIN LATERAL (
                          SELECT max(part.max_date) AS on_day
                            FROM account_partial_reconcile part
                           WHERE part.debit_move_id = line.id
                      ) paid ON TRUE
                     WHERE line.company_id = %(company)s
                       AND line.parent_state = 'posted'
                       AND line.display_type = 'payment_term'
                       AND move.move_type = 'out_invoice'
                       AND line.date_maturity BETWEEN %(since)s AND %(day)s
                       AND move.commercial_partner_id = ANY(%(partners)s)
                  GROUP BY move.commercial_partner_id, move.id
                  ) AS invoice
              GROUP BY payer
                """,
                day=day,
                since=day - timedelta(days=HISTORY_DAYS),
                company=company.id,
                partners=partners.ids,
            )
        )
        return {
            payer: (count, late, Decimal(str(overdue)))
            for payer, count, late, overdue in self.env.cr.fetchall()
        }

    def _explain(self, reasons, facts):
        """Return "Habitual, because 5 of 7 invoices were late"."""
        self.ensure_one()
        words = {
            "kind": lambda: dict(
                self._fields["client_kind"]._description_selection(self.env)
            )[self.client_kind].lower(),
            "insurer": lambda: self.env._("pays as an insurer"),
            "tags": lambda: self.env._(
                "tagged %(tags)s",
                tags=", ".join(
                    self.tag_ids.filtered(lambda t: t.id in facts.tags).mapped("name")
                ),
            ),
            "overdue": lambda: self.env._(
                "%(amount)s overdue",
                amount=format_amount(
                    self.env, float(facts.overdue), self.company_id.currency_id
                ),
            ),
            "late": lambda: self._explain_late(facts),
            "late_percent": lambda: self._explain_late(facts),
        }
        said = list(dict.fromkeys(words[reason]() for reason in reasons))
        if not said:
            return self.env._("%(profile)s, as everybody else", profile=self.name)
        return self.env._(
            "%(profile)s, because: %(reasons)s",
            profile=self.name,
            reasons=", ".join(said),
        )

    def _explain_late(self, facts):
        return self.env._(
            "%(late)s of %(count)s invoices late in two years",
            late=facts.late,
            count=facts.invoices,
        )

    @api.model
    def _setup_for(self, company):
        """Give a company the usual profiles; the firm changes them at will."""
        # sudo: a company is set up whoever creates it.
        Profile = self.sudo()
        if Profile.with_context(active_test=False).search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            return
        friend = self.env.ref("legal_dunning.partner_category_friend")
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        names = {
            lang: self._get_ready_made(self.with_context(lang=lang).env)
            for lang in dict.fromkeys(["en_US", *languages])
        }
        conditions = [
            {"tag_ids": [(6, 0, friend.ids)], "dunning_off": True},
            {"is_insurer": True},
            {"client_kind": "public"},
            {"overdue_min": 10000},
            {"late_min": 3, "late_percent_min": 50},
            {"late_min": 1, "late_max": 1},
        ]
        for place, row in enumerate(conditions):
            profile = Profile.with_context(lang="en_US").create(
                {
                    **row,
                    "name": names["en_US"][place],
                    "sequence": 10 * (place + 1),
                    "company_id": company.id,
                }
            )
            for lang in languages:
                profile.with_context(lang=lang).name = names[lang][place]

    @api.model
    def _get_ready_made(self, env):
        """Return the names of the usual profiles in the language of ``env``."""
        return [
            env._("Friend of the house"),
            env._("Insurer"),
            env._("Public body"),
            env._("Large amount"),
            env._("Habitual"),
            env._("First time late"),
        ]


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_policy_reason = fields.Char(
        "Chosen because",
        compute="_compute_dunning_policy_reason",
        groups="legal_timesheet.group_legal_user",
    )

    def _compute_dunning_policy_reason(self):
        for move in self:
            move.dunning_policy_reason = move._explain_dunning_policy()

    def _explain_dunning_policy(self):
        """Return one sentence: where the policy of this invoice comes from."""
        self.ensure_one()
        if self.move_type != "out_invoice":
            return False
        move = self.sudo().with_company(self.company_id)
        if move.matter_ids.dunning_policy_id:
            return self.env._("Chosen on the matter.")
        payer = move.commercial_partner_id
        client = move.matter_ids.partner_id.commercial_partner_id
        if payer.dunning_policy_id or client.dunning_policy_id:
            return self.env._("Chosen on the client.")
        profile, reasons, facts = move._get_payer_profiles().get(
            payer, (None, None, None)
        )
        if profile and (profile.policy_id or profile.dunning_off):
            return profile.with_env(self.env)._explain(reasons, facts)
        return self.env._("The firm's for this kind of client.")

    def _get_payer_profiles(self):
        """Return {payer: (profile, reasons, facts)} of one company's invoices."""
        company = self.company_id[:1]
        day = self.env.context.get("dunning_day") or company._get_dunning_today()
        return self.env["legal.payer.profile"]._find_profiles(
            company, self.commercial_partner_id, day
        )

    def _find_dunning_policies(self, company):
        """Let the payer's profile decide where neither matter nor client does."""
        found = super()._find_dunning_policies(company)
        deciding = (
            self.env["legal.payer.profile"]
            .sudo()
            .search_count(
                [("company_id", "=", company.id), ("policy_id", "!=", False)], limit=1
            )
        )
        if not deciding:
            return found
        free = self.filtered(lambda move: not move._has_own_policy())
        chosen = free._get_payer_profiles() if free else {}
        for move in free:
            profile = chosen.get(move.commercial_partner_id, (None,))[0]
            if profile and profile.policy_id:
                found[move] = profile.policy_id
        return found

    def _has_own_policy(self):
        client = self.matter_ids.partner_id.commercial_partner_id[:1]
        return bool(
            self.matter_ids.dunning_policy_id
            or self.commercial_partner_id.dunning_policy_id
            or client.dunning_policy_id
        )


class LegalDunningAction(models.Model):
    _inherit = "legal.dunning.action"

    def _get_receivables(self, day, company, partners=None, moves=None):
        """Send nothing to payers whose profile is left alone, unless the matter or
        the client has a policy of its own."""
        rows = super()._get_receivables(day, company, partners, moves)
        off = (
            self.env["legal.payer.profile"]
            .sudo()
            .search_count(
                [("company_id", "=", company.id), ("dunning_off", "=", True)], limit=1
            )
        )
        free = [row for row in rows if not row.hold] if off else []
        if not free:
            return rows
        every = self.env["account.move"].browse([row.move.id for row in free])
        chosen = every.sudo().with_context(dunning_day=day)._get_payer_profiles()
        left_alone = {
            payer.id
            for payer, (profile, *_why) in chosen.items()
            if profile.dunning_off
        }
        return [
            row._replace(hold="profile_off")
            if not row.hold
            and row.claim.payer in left_alone
            and not row.move.sudo().with_company(company)._has_own_policy()
            else row
            for row in rows
        ]

    def _explain_hold(self, reason):
        if reason == "profile_off":
            return self.env._("Payers of its profile get no reminder.")
        return super()._explain_hold(reason)


class ResPartner(models.Model):
    _inherit = "res.partner"

    payer_profile = fields.Char(
        compute="_compute_payer_profile", groups="legal_timesheet.group_legal_user"
    )

    def _compute_payer_profile(self):
        company = self.env.company
        found = self.env["legal.payer.profile"]._find_profiles(
            company, self, company._get_dunning_today()
        )
        for partner in self:
            profile, why, facts = found.get(
                partner.commercial_partner_id, (None, None, None)
            )
            partner.payer_profile = (
                profile.with_env(self.env)._explain(why, facts) if profile else False
            )
