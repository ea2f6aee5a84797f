"""Our side: matters with hourly agreements and approved time, billed by a run.

``drafts``   the run makes the pre-bills
``approval`` the run approves them; stock has no such step
``posting``  the run makes the invoices of approved pre-bills and posts them
``pdfs``     Factur-X files in PDF/A-3b, each act printed
"""

from tests.bench import firm, pdfs
from tests.bench.meter import Meter

GROUPS = (
    "account.group_account_manager",
    "hr.group_hr_manager",
    "hr_timesheet.group_hr_timesheet_approver",
    "legal_billing.group_legal_billing_manager",
    "legal_timesheet.group_legal_administrator",
)


def prepare(env, count):
    """Add matters until there are ``count``, each with approved time to bill."""
    env.ref("base.user_admin").group_ids |= env["res.groups"].union(
        *(env.ref(group) for group in GROUPS)
    )
    company = firm.company(env)
    company._legal_setup_money_categories()
    firm.fill_ledger(env)
    done = env["legal.matter"].search_count([])
    units = range(done, count)
    clients = firm.clients(env, units)
    env.cr.commit()
    for start in range(done, count, firm.UNITS_PER_TEAM):
        some = range(start, min(start + firm.UNITS_PER_TEAM, count))
        _prepare_matters(env, some, clients)


def _prepare_matters(env, units, clients):
    teams = [_team(env, unit) for unit in units]
    matters = env["legal.matter"].create(
        [
            _matter_values(unit, clients, team)
            for unit, team in zip(units, teams, strict=True)
        ]
    )
    matters.action_open()
    agreements = env["legal.fee.agreement"].create(
        [
            {
                "matter_id": matter.id,
                "date_from": firm.opened_on(),
                "signed_on": firm.opened_on(),
                "term_ids": [(0, 0, {"kind": "hourly"})],
            }
            for matter in matters
        ]
    )
    agreements.action_sign()
    entries = env["account.analytic.line"].create(
        [
            {
                "project_id": matter.project_id.id,
                "employee_id": team[who].id,
                "date": day,
                "unit_amount": hours,
                "name": matter.matter_number,
                "narrative": what,
            }
            for unit, team, matter in zip(units, teams, matters, strict=True)
            for who, day, hours, what in firm.work(unit)
        ]
    )
    entries._legal_approve()
    env.cr.commit()
    env.invalidate_all()


def _matter_values(unit, clients, people):
    first, *others = people.user_id
    return {
        "name": "Litige commercial",
        "partner_id": clients[unit].id,
        "responsible_id": first.id,
        "opened_on": firm.opened_on(),
        "member_ids": [(0, 0, {"user_id": user.id}) for user in others],
    }


def _team(env, unit):
    people, new = firm.team(env, unit, "legal_timesheet.group_legal_user")
    if new:
        for person, grade, rate in zip(people, firm.GRADES, firm.RATES, strict=True):
            _give_grade(env, person, env.ref(f"legal_timesheet.grade_{grade}"), rate)
    return people


def _give_grade(env, person, grade, rate):
    env["legal.employee.grade"].create(
        {
            "employee_id": person.id,
            "grade_id": grade.id,
            "date_from": firm.opened_on(),
        }
    )
    env["legal.rate"].create(
        {"employee_id": person.id, "amount": rate, "date_from": firm.opened_on()}
    )


def measure(env, count, sample, **options):
    """Bill all matters; return what it took. The caller rolls it back."""
    env = env(user=env.ref("base.user_admin"))
    _forget_between_chunks(type(env["legal.billing.run"]))
    _bill(Meter(env), env["legal.matter"].search([], limit=1).partner_id)
    env.cr.rollback()
    env.invalidate_all()
    meter = Meter(env)
    moves = _bill(meter)
    if len(moves) != count:
        raise RuntimeError(f"{len(moves)} of {count} matters were billed.")
    result = {"memory": meter.memory(), "lines": len(moves.invoice_line_ids)}
    result["pdfs"] = pdfs.measure(meter, moves, sample, in_one_call=True)
    return {**result, "steps": meter.steps}


def _forget_between_chunks(model):
    """Have runs forget what they held after each chunk, as the product does.

    There they commit; here nothing may be kept, but they read again all the same.
    """
    do_chunk = model._do_chunk

    def do_and_forget(run):
        found = do_chunk(run)
        _forget(run)
        return found

    model._do_chunk = do_and_forget
    model._checkpoint = _forget


def _forget(run):
    run.env.flush_all()
    run.env.invalidate_all()


def _bill(meter, clients=None):
    run = meter.env["legal.billing.run"].create(
        {
            "date_to": firm.today(),
            "invoice_date": firm.today(),
            "partner_ids": [(6, 0, clients.ids if clients else [])],
        }
    )
    for name, stage in (
        ("drafts", run._run_prebills),
        ("approval", run._run_approve),
        ("posting", run._run_invoice),
    ):
        with meter.step(name):
            stage()
        failed = run.line_ids.filtered(lambda line: line.outcome != "done")
        if failed:
            raise RuntimeError(failed[0].message or failed[0].outcome)
    return run.line_ids.move_ids
