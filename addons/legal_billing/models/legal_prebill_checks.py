import logging
from collections import defaultdict

import psycopg2

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

#: pre-bills of this transaction that are to be checked again
PENDING = "legal.prebill.checks"
OPEN_STATES = ("draft", "in_review")


class LegalPrebill(models.Model):
    """Checks before approval: what they find, and what it prevents.

    A change of lines marks the pre-bill; all that a transaction marked is checked in
    one batch, when somebody reads or approves, at the latest when it commits. So a
    run of a thousand matters asks the database once.
    """

    _inherit = "legal.prebill"

    anomaly_ids = fields.One2many("legal.prebill.anomaly", "prebill_id", readonly=True)
    anomaly_count = fields.Integer(
        "To look at", compute="_compute_anomaly_count", search="_search_anomaly_count"
    )
    blocking_count = fields.Integer(
        "Prevent approval", compute="_compute_anomaly_count"
    )
    checked_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("anomaly_ids.state", "anomaly_ids.severity")
    def _compute_anomaly_count(self):
        counts = defaultdict(dict)
        for prebill, severity, count in self.env["legal.prebill.anomaly"]._read_group(
            [("prebill_id", "in", self.ids), ("state", "=", "open")],
            ["prebill_id", "severity"],
            ["__count"],
        ):
            counts[prebill.id][severity] = count
        for prebill in self:
            found = counts[prebill._origin.id]
            prebill.anomaly_count = sum(found.values())
            prebill.blocking_count = found.get("block", 0)

    def _search_anomaly_count(self, operator, value):
        if operator not in (">", "=", "!=") or value != 0:
            return NotImplemented
        has = "any" if operator != "=" else "not any"
        return [("anomaly_ids", has, [("state", "=", "open")])]

    # -- when ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        prebills = super().create(vals_list)
        prebills._mark_to_check()
        return prebills

    def _mark_to_check(self):
        """Have these pre-bills checked again, once, before the transaction ends."""
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = set()
        if self.ids and not pending:
            env = self.env

            @precommit.add
            def check_all():
                env["legal.prebill"]._check_before_commit()

        pending.update(self.ids)

    @api.model
    def _get_pending(self):
        """Return the ids of the pre-bills that this transaction changed."""
        return sorted(self.env.cr.precommit.data.get(PENDING, ()))

    @api.model
    def _check_pending(self):
        """Check what this transaction changed, all of it at once."""
        pending = self._get_pending()
        if pending:
            self.env.cr.precommit.data[PENDING].clear()
            self._check_now(pending)

    @api.model
    def _check_now(self, ids):
        # sudo: see _run_checks
        self.sudo().browse(ids).exists()._run_checks()

    @api.model
    def _check_before_commit(self):
        # Read first: opening a savepoint runs, and forgets, what is to run.
        pending = self._get_pending()
        if not pending:
            return
        try:
            with self.env.cr.savepoint():
                self._check_now(pending)
        except psycopg2.OperationalError:
            raise
        except Exception:
            # A check that fails keeps nobody's work from being saved: the pre-bill
            # is checked again before it is approved.
            _logger.exception("Pre-bills were saved without being checked")
            # sudo: says that they are not checked, and nothing else
            self.sudo().browse(pending).exists().write({"checked_on": False})

    @api.readonly
    def web_read(self, specification):
        """Show what the change just saved has mended, or not."""
        self._check_pending()
        return super().web_read(specification)

    def action_check(self):
        """Look at these pre-bills again, e.g. after an entry was mended elsewhere."""
        self.check_access("read")
        self._run_checks()

    # -- looking -------------------------------------------------------------------

    @api.model
    def _get_check_codes(self):
        """Return the checks there are, in the order they are told; a hook.

        ``_check_<code>(case)`` returns the findings of one of them, and the anomaly's
        ``_say_<code>`` the sentence.
        """
        return [
            "secrecy",
            "internal",
            "vague",
            "duplicate",
            "overlap",
            "off_team",
            "odd_hours",
            "long_day",
            "rest_day",
            "block",
            "rate",
            "cap",
            "proof",
            "old",
        ]

    def _run_checks(self):
        """Check these pre-bills and keep what is found.

        The number of queries depends on the companies, not on the pre-bills.
        """
        # sudo: a duplicate is one on whatever matter it is; see _gather_check_case
        opened = self.sudo().filtered(lambda p: p.state in OPEN_STATES)
        for company, prebills in opened.grouped("company_id").items():
            prebills = prebills.with_company(company)
            checks = self.env["legal.prebill.check"]._get_for(company)
            case = prebills._gather_check_case(checks)
            findings = []
            for code in self._get_check_codes():
                if code in checks:
                    findings += getattr(prebills, f"_check_{code}")(case)
            prebills._keep_findings(case, findings)
        opened.checked_on = fields.Datetime.now()

    def _keep_findings(self, case, findings):
        """Write what is new, drop what is mended, leave what was dismissed."""
        Anomaly = self.env["legal.prebill.anomaly"].sudo()
        named = self.env["legal.prebill.line"].browse(
            {f.line for f in findings if f.line}
        )
        sources = {line.id: line._get_check_source() for line in named}
        found = {}
        for finding in findings:
            print_ = finding.fingerprint(sources.get(finding.line, "prebill"))
            found[finding.bill, finding.line or 0, print_] = finding
        known = {
            (a.prebill_id.id, a.line_id.id or 0, a.fingerprint): a
            for a in Anomaly.search([("prebill_id", "in", self.ids)], order="id")
        }
        gone = Anomaly.union(*(a for key, a in known.items() if key not in found))
        gone.filtered(lambda a: a.state == "open").unlink()
        gone.exists().filtered(lambda a: a.state == "dismissed").write(
            {"state": "past"}
        )
        again = Anomaly.union(*(a for key, a in known.items() if key in found))
        again.filtered(lambda a: a.state == "past").write({"state": "dismissed"})
        for key, finding in found.items():
            facts = {**finding.facts, **finding.told}
            if key in known and known[key].facts != facts:
                known[key].facts = facts
        severities = {code: check.severity for code, check in case.checks.items()}
        for severity in ("warn", "block"):
            again.filtered(
                lambda a, s=severity: severities[a.code] == s and a.severity != s
            ).write({"severity": severity})
        new = {key: f for key, f in found.items() if key not in known}
        before = self._get_dismissed_before(new)
        Anomaly.create(
            [
                {
                    "prebill_id": bill,
                    "line_id": line or False,
                    "code": finding.code,
                    "variant": finding.variant,
                    "severity": severities[finding.code],
                    "facts": {**finding.facts, **finding.told},
                    "related_records": [list(pair) for pair in finding.related],
                    "fingerprint": print_,
                    **before.get((bill, print_), {}),
                }
                for (bill, line, print_), finding in new.items()
            ]
        )

    def _get_dismissed_before(self, new):
        """Return what was said of these very facts on earlier pre-bills.

        A pre-bill that is cancelled and made again asks nothing a second time.
        """
        if not new:
            return {}
        rows = (
            self.env["legal.prebill.anomaly"]
            .sudo()
            .search(
                [
                    ("matter_id", "in", self.matter_id.ids),
                    ("fingerprint", "in", [key[2] for key in new]),
                    ("state", "=", "dismissed"),
                    # About the pre-bill as a whole, another one is another thing.
                    ("line_id", "!=", False),
                ],
                order="dismissed_on",
            )
        )
        by_matter = {
            (row.matter_id.id, row.fingerprint): {
                "state": "dismissed",
                "dismissed_by_id": row.dismissed_by_id.id,
                "dismissed_on": row.dismissed_on,
                "dismiss_word": row.dismiss_word,
            }
            for row in rows
        }
        matters = {prebill.id: prebill.matter_id.id for prebill in self}
        return {
            (bill, print_): by_matter[matters[bill], print_]
            for bill, _line, print_ in new
            if (matters[bill], print_) in by_matter
        }

    # -- what prevents approval ------------------------------------------------------

    def _get_refusals(self):
        self._check_pending()
        refusals = super()._get_refusals()
        return refusals + self._get_blocking_refusals()

    def _get_blocking_refusals(self, lines=None):
        """Return a sentence for each anomaly that prevents approval.

        :param lines: those that somebody answers for; all without
        """
        blocking = self.anomaly_ids.filtered(
            lambda a: (
                a.state == "open"
                and a.severity == "block"
                and (lines is None or a.line_id in lines)
            )
        )
        return [
            self.env._(
                "%(prebill)s cannot be approved: %(sentence)s Mend it, or dismiss it"
                " with a word, under “To look at”.",
                prebill=self.display_name,
                sentence=anomaly.sentence,
            )
            for anomaly in blocking
        ]

    def action_approve(self):
        never = self.filtered(lambda p: p.state in OPEN_STATES and not p.checked_on)
        never._mark_to_check()
        self._check_pending()
        return super().action_approve()

    def _check_may_dismiss(self):
        """Refuse who may not say that what prevents approval is right as it is."""
        self._check_may_approve()
