"""Runs billed by processes that are killed: sent to ``odoo shell``, after ``jobs.py``.

One process loads Odoo once; each attempt is a child that it forks, with connections of
its own, real commits and, where asked, ``kill -9`` at a statement chosen beforehand.
"""

import os
import random
import signal
import time
from unittest.mock import patch

import odoo
from odoo import Command, api

MONTH_END = "2026-04-30"
OVER, BUSY = 0, 3
WORK = "odoo.addons.legal_billing.models.legal_billing_run_work"
ENTRIES = 2


def fill_chaos(env, numbers):
    """Make the matters of several clients, each with a few entries of approved time.

    :param dict numbers: {client: how many matters}
    """
    env["res.company"].search([])._legal_setup_money_categories()
    lawyer = env["hr.employee"].search([("user_id.login", "=", "claire.aubry")])
    known = env["res.partner"].search([("name", "=", "Ateliers Vauban SAS")])
    for name, number in numbers.items():
        client = known.copy({"name": name, "email": "compta@client.example"})
        matters = env["legal.matter"].create(
            [
                {
                    "name": "Recouvrement",
                    "partner_id": client.id,
                    "responsible_id": lawyer.user_id.id,
                    "opened_on": "2026-01-02",
                }
                for _rank in range(number)
            ]
        )
        matters.action_open()
        env["legal.fee.agreement"].create(
            [
                {
                    "matter_id": matter.id,
                    "date_from": "2026-01-02",
                    "signed_on": "2026-01-02",
                    "term_ids": [Command.create({"kind": "hourly"})],
                }
                for matter in matters
            ]
        ).action_sign()
        env["account.analytic.line"].create(
            [
                {
                    "project_id": matter.project_id.id,
                    "employee_id": lawyer.id,
                    "date": f"2026-04-{1 + (rank + turn) % 28:02}",
                    "unit_amount": 0.1 + 0.1 * ((rank + turn) % 7),
                    "name": "interne",
                }
                for rank, matter in enumerate(matters)
                for turn in range(ENTRIES)
            ]
        )._legal_approve()


def create_run(env, client):
    """Return the id of a run over the matters of one client."""
    partner = env["res.partner"].search([("name", "=", client)])
    return (
        env["legal.billing.run"]
        .create(
            {
                "date_to": MONTH_END,
                "invoice_date": MONTH_END,
                "partner_ids": [Command.set(partner.ids)],
            }
        )
        .id
    )


# -- children --------------------------------------------------------------------


class Killer:
    """Counts statements and commits of this process, and kills it at one of them."""

    def __init__(self, at=None):
        self.at, self.count = at, 0

    def tick(self):
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self):
        cursor = odoo.sql_db.Cursor
        execute, commit = cursor.execute, cursor.commit

        def counted_execute(cr, *args, **kw):
            self.tick()
            return execute(cr, *args, **kw)

        def counted_commit(cr):
            self.tick()
            result = commit(cr)
            self.tick()
            return result

        cursor.execute, cursor.commit = counted_execute, counted_commit


def fork(dbname, job, *args, kill_at=None):
    """Do a job in a child with connections of its own; return its number.

    The child ends with what the job returns, at most 255.
    """
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        odoo.sql_db._Pool = None  # the parent's connections are the parent's
        killer = Killer(kill_at)
        killer.arm()
        with (
            patch.dict(f"{WORK}.AT_ONCE", dict.fromkeys(STAGES, 10)),
            odoo.modules.registry.Registry(dbname).cursor() as cr,
        ):
            env = api.Environment(cr, odoo.SUPERUSER_ID, {"legal_run_commits": True})
            code = job(env, killer, *args)
            cr.commit()
    except BaseException:
        odoo.tools.misc._logger.exception("A child failed")
    finally:
        os._exit(code)


def wait(pid):
    """Return the exit code of a child, or ``-9`` if it was killed."""
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status)


STAGES = ("preview", "prebills", "approve", "invoice")


def bill(env, killer, run_id, counted=None):
    """Take a run as far as it goes, from wherever it is."""
    run = env["legal.billing.run"].browse(run_id)
    while True:
        if run.stage:
            if run._work(None):
                return BUSY
        else:
            stage = next_stage(run)
            if not stage:
                break
            try:
                run._begin(stage)
            except odoo.exceptions.UserError:
                return BUSY
            run._checkpoint()
    if counted:
        with open(counted, "w") as file:
            file.write(str(killer.count))
    return OVER


def next_stage(run):
    if not run.line_ids or any(
        line.outcome in ("todo", "busy") and not line.prebill_id
        for line in run.line_ids
    ):
        return "prebills"
    if run.prebill_count:
        return "approve"
    return "invoice" if run.approved_count else None


def undisturbed(env, run_id, path):
    """Bill a run in one child; return how many statements it took."""
    env.cr.commit()
    code = wait(fork(env.cr.dbname, bill, run_id, path))
    if code != OVER:
        raise RuntimeError(f"the undisturbed run ended with {code}")
    with open(path) as file:
        return int(file.read())


def killed(env, run_id, statements, kills, seed):
    """Bill a run by children that are killed, then by one that is not.

    :return: how many were killed, and how many attempts it took
    """
    env.cr.commit()
    chance, done, attempts = random.Random(seed), 0, 0
    while True:
        attempts += 1
        at = (
            chance.randint(5, max(10, 2 * statements // kills))
            if done < kills
            else None
        )
        code = wait(fork(env.cr.dbname, bill, run_id, kill_at=at))
        if code == -signal.SIGKILL:
            done += 1
        elif code == OVER:
            return {"kills": done, "attempts": attempts}
        elif code != BUSY or attempts > 10 * kills:
            raise RuntimeError(f"attempt {attempts} ended with {code}")
        else:
            time.sleep(0.1)


def at_once(env, jobs):
    """Bill runs in as many processes at the same time; go on until all are over.

    A process that loses against another goes on, as the scheduled job would.

    :param jobs: id of the run of each process; the same one twice is a double click
    """
    env.cr.commit()
    codes = [BUSY] * len(jobs)
    for _turn in range(30):
        pids = {
            rank: fork(env.cr.dbname, bill, run_id)
            for rank, run_id in enumerate(jobs)
            if codes[rank] != OVER
        }
        for rank, pid in pids.items():
            codes[rank] = wait(pid)
        if set(codes) == {OVER}:
            break
    return codes


# -- what came of it ---------------------------------------------------------------


def describe_billing(env, clients):
    """Return all that a run leaves behind, matter by matter and in the books."""
    env.cr.commit()
    env.invalidate_all()
    matters = env["legal.matter"].search(
        [("partner_id.name", "in", clients)], order="id"
    )
    prebills = env["legal.prebill"].search([("matter_id", "in", matters.ids)])
    moves = prebills.move_ids.sorted("sequence_number")
    by_matter = {
        matter.matter_number: {
            "bills": [
                [p.state, p.amount_untaxed, p.amount_total, p.hours]
                for p in prebills
                if p.matter_id == matter
            ],
            "entries": sorted(matter.project_id.timesheet_ids.mapped("billing_status")),
            "invoices": [
                [m.name, m.state, m.amount_total, len(m.line_ids)]
                for m in moves
                if matter in m.matter_ids
            ],
        }
        for matter in matters
    }
    balances = env["account.move.line"]._read_group(
        [("move_id", "in", moves.ids), ("account_id", "!=", False)],
        ["account_id"],
        ["balance:sum"],
    )
    lines = env["legal.billing.run.line"].search([("matter_id", "in", matters.ids)])
    return {
        "matters": by_matter,
        "balances": sorted([a.code, round(b, 2)] for a, b in balances),
        "numbers": [move.sequence_number for move in moves],
        "trail": sorted({len(move.message_ids) for move in moves}),
        "outcomes": sorted({line.outcome for line in lines}),
        "waiting": len(lines.run_id.filtered("stage")),
        "messages": sorted({line.message for line in lines if line.message}),
    }
