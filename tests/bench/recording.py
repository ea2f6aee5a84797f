"""The section "time": the same entries recorded by stock and by ours, then approved.

``create``   entries made 1 000 a call, as an import does; stock: ``hr_timesheet``
``approve``  ours alone: each priced by the rates and frozen, 1 000 a call

Both sides forget what they have read after each call, so that the memory left over
is what a worker would keep: reported for each 1 000 entries.
"""

from tests.bench import firm
from tests.bench.meter import Meter, resident_mb

BATCH = 1_000
PEOPLE = 25
PLACES = 40
STEPS = ("create", "approve")


def work(count):
    """Yield (rank of the place, rank of the person, day, hours) of each entry."""
    for rank in range(count):
        yield (
            rank % PLACES,
            rank % PEOPLE,
            firm.opened_on() + firm.timedelta(1 + rank // PEOPLE % (firm.DAYS + 35)),
            firm.HOURS[rank % len(firm.HOURS)] / max(1, count // 10_000),
        )


def people(env, group):
    """Return the employees who work, made once."""
    logins = [f"temps.{rank:02d}" for rank in range(PEOPLE)]
    users = env["res.users"].search([("login", "in", logins)], order="login")
    if users:
        return users.employee_ids.sorted("name")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Temps {login[-2:]}",
                    "login": login,
                    "group_ids": [(6, 0, env.ref(group).ids)],
                }
                for login in logins
            ]
        )
    )
    return env["hr.employee"].create(
        [{"name": user.name, "user_id": user.id} for user in users]
    )


def measure(env, count, values, approve=None):
    """Record ``count`` entries a thousand a call; return what it took.

    :param values: (rank of the place, employee, day, hours) -> values of an entry
    :param approve: what approves a batch, if the side knows that
    """
    Line = env["account.analytic.line"]
    rows = [values(*row) for row in work(count)]
    Line.create([dict(row) for row in rows[:50]])
    env.flush_all()
    env.invalidate_all()
    meter, made = Meter(env), []
    after = []
    with meter.step("create"):
        for start in range(0, count, BATCH):
            batch = [dict(row) for row in rows[start : start + BATCH]]
            made.append(Line.create(batch).ids)
            _forget(env, after)
    if approve:
        with meter.step("approve"):
            for ids in made:
                approve(Line.browse(ids))
                _forget(env, after)
    return {
        "steps": meter.steps,
        "memory": {**meter.memory(), "after_each": after},
    }


def _forget(env, after):
    env.flush_all()
    env.invalidate_all()
    after.append(resident_mb())


class Ours:
    """Matters with a team, a card by grade, a rate of some clients and matters."""

    @staticmethod
    def prepare(env):
        env.ref("base.user_admin").group_ids |= env.ref(
            "legal_timesheet.group_legal_administrator"
        ) | env.ref("hr_timesheet.group_hr_timesheet_approver")
        if env["legal.matter"].search_count([("name", "=", "Temps")]):
            return
        team = people(env, "legal_timesheet.group_legal_user")
        grades = [env.ref(f"legal_timesheet.grade_{grade}") for grade in firm.GRADES]
        env["legal.employee.grade"].create(
            [
                {
                    "employee_id": person.id,
                    "grade_id": grades[rank % len(grades)].id,
                    "date_from": firm.opened_on(),
                }
                for rank, person in enumerate(team)
            ]
        )
        matters = env["legal.matter"].create(
            [
                {
                    "name": "Temps",
                    "partner_id": env["res.partner"].create({"name": f"T{rank}"}).id,
                    "responsible_id": team[0].user_id.id,
                    "opened_on": firm.opened_on(),
                    "member_ids": [
                        (0, 0, {"user_id": person.user_id.id}) for person in team[1:]
                    ],
                }
                for rank in range(PLACES)
            ]
        )
        matters.action_open()
        common = {"date_from": firm.opened_on(), "company_id": env.company.id}
        env["legal.rate"].create(
            [
                {"grade_id": grade.id, "amount": amount, **common}
                for grade, amount in zip(grades, firm.RATES, strict=True)
            ]
            + [{"matter_id": m.id, "amount": 300, **common} for m in matters[::4]]
            + [
                {"partner_id": m.partner_id.id, "amount": 250, **common}
                for m in matters[1::4]
            ]
        )

    @staticmethod
    def measure(env, count):
        team = people(env, "legal_timesheet.group_legal_user")
        projects = env["legal.matter"].search([("name", "=", "Temps")]).project_id

        def values(place, who, day, hours):
            return {
                "project_id": projects[place].id,
                "employee_id": team[who].id,
                "date": day,
                "unit_amount": hours,
                "name": firm.WORK,
                "narrative": firm.WORK,
            }

        return measure(env, count, values, lambda entries: entries._legal_approve())


class Stock:
    """Ordinary projects and their timesheets."""

    @staticmethod
    def prepare(env):
        if env["project.project"].search_count([("name", "=like", "Temps %")]):
            return
        people(env, "hr_timesheet.group_hr_timesheet_user")
        env["project.project"].create(
            [
                {"name": f"Temps {rank:02d}", "allow_timesheets": True}
                for rank in range(PLACES)
            ]
        )

    @staticmethod
    def measure(env, count):
        team = people(env, "hr_timesheet.group_hr_timesheet_user")
        projects = env["project.project"].search([("name", "=like", "Temps %")])

        def values(place, who, day, hours):
            return {
                "project_id": projects[place].id,
                "employee_id": team[who].id,
                "date": day,
                "unit_amount": hours,
                "name": firm.WORK,
            }

        return measure(env, count, values)


def summarise(rounds, count):
    """Return medians of the rounds of one side, and what memory grows by 1 000.

    The first call fills what a process keeps for good; growth is counted after it.
    """
    steps = {}
    for step in STEPS:
        taken = sorted(
            (one["steps"][step] for one in rounds if step in one["steps"]),
            key=lambda one: one["seconds"],
        )
        if taken:
            middle = taken[len(taken) // 2]
            steps[step] = {
                "seconds": middle["seconds"],
                "per_second": count / middle["seconds"],
                "sql_per_entry": middle["sql"] / count,
            }
    after = rounds[-1]["memory"]["after_each"]
    growth = (after[-1] - after[0]) / (len(after) - 1) if len(after) > 1 else None
    return {"count": count, "steps": steps, "memory_mb_per_thousand": growth}


def render(stock, ours):
    """Return the lines of the section, for people."""
    lines = [f"Time: {ours['count']} entries, {BATCH} a call."]
    for step in STEPS:
        sides = [side["steps"].get(step) for side in (stock, ours)]
        cells = [
            _cell(name, one) for name, one in zip(("stock", "ours"), sides, strict=True)
        ]
        line = f"  {step:8} " + "   ".join(cell for cell in cells if cell)
        if all(sides):
            ratio = sides[1]["seconds"] / sides[0]["seconds"]
            line += f"   ours / stock {ratio:.2f} ×"
        lines.append(line)
    grown = [
        f"{name} {side['memory_mb_per_thousand']:+.2f} MB"
        for name, side in (("stock", stock), ("ours", ours))
        if side["memory_mb_per_thousand"] is not None
    ]
    if grown:
        lines.append(f"  memory   kept for each 1 000 entries: {', '.join(grown)}")
    return "\n".join(lines)


def _cell(name, figures):
    if not figures:
        return ""
    return (
        f"{name} {figures['seconds']:.1f} s ({figures['per_second']:.0f} a second,"
        f" {figures['sql_per_entry']:.2f} SQL each)"
    )
