"""The section "agreement": a rich agreement and its pre-bill, at growing volumes.

Five ways of charging and three payers on one matter; stock knows nothing like it, so
ours alone. Measured for a tenth of the entries and for all of them, so that what one
more entry costs stands apart from what the agreement costs once.

``generate``  the pre-bill is made: every entry matched, priced and explained
``split``     what each payer owes of it, to the cent
"""

from tests.bench import firm, ours
from tests.bench.meter import Meter

STEPS = ("generate", "split")
TERMS = (
    {"kind": "opening", "name": "Ouverture", "amount": 150.0},
    {
        "kind": "subscription",
        "name": "Conseil",
        "amount": 450.0,
        "included_hours": 2.0,
        "overage": "own",
    },
    {
        "kind": "hourly",
        "name": "Au temps",
        "discount_percent": 5.0,
        "cap_amount": 9_000_000.0,
        "tier_ids": [(0, 0, {"above_hours": 20.0, "percent": 5.0})],
    },
    {"kind": "minimum", "name": "Minimum", "amount": 600.0, "minimum_scope": "period"},
    {"kind": "expense", "name": "Frais", "expense_percent": 4.0},
)


def prepare(env):
    """Give the firm its books; matters are made with their work, and rolled back."""
    env.ref("base.user_admin").group_ids |= env["res.groups"].union(
        *(env.ref(group) for group in ours.GROUPS)
    )
    firm.company(env)._legal_setup_money_categories()


def measure(env, count):
    """Make the pre-bills of ``count`` entries and of a tenth of them."""
    env = env(user=env.ref("base.user_admin"))
    _bill(env, max(1, count // 100))  # what a process reads once is read
    found = {number: _bill(env, number) for number in (max(1, count // 10), count)}
    (few, small), (many, large) = found.items()
    return {
        "steps": large.steps,
        "memory": large.memory(),
        "small": {"count": few, "steps": small.steps},
        "count": many,
    }


def _bill(env, count):
    matter = _make_matter(env, count)
    env.flush_all()
    env.invalidate_all()
    meter = Meter(env)
    with meter.step("generate"):
        prebill, _left_out = env["legal.prebill"]._generate(matter, firm.today())
    with meter.step("split"):
        shares = prebill._get_invoice_parts()
    if len(prebill.line_ids.entry_id) != count or len(shares) != 3:
        raise RuntimeError(
            f"{len(prebill.line_ids.entry_id)} entries of {count} were billed to"
            f" {len(shares)} payers of 3."
        )
    return meter


def _make_matter(env, count):
    places = [rank * firm.UNITS_PER_CLIENT for rank in range(3)]
    known = firm.clients(env, places)
    clients = [known[place] for place in places]
    (person, *_others), new = firm.team(env, 0, "legal_timesheet.group_legal_user")
    if new:
        ours._give_grade(env, person, env.ref("legal_timesheet.grade_partner"), 280.0)
    matter = env["legal.matter"].create(
        {
            "name": "Dossier à cinq modalités",
            "partner_id": clients[0].id,
            "responsible_id": person.user_id.id,
            "opened_on": firm.opened_on(),
        }
    )
    matter.action_open()
    agreement = env["legal.fee.agreement"].create(
        {
            "matter_id": matter.id,
            "date_from": firm.opened_on(),
            "signed_on": firm.opened_on(),
            "term_ids": [(0, 0, dict(term)) for term in TERMS],
        }
    )
    meeting = env.ref("legal_timesheet.activity_meeting")
    agreement.term_ids.filtered(
        lambda term: term.kind == "subscription"
    ).activity_code_ids = meeting
    agreement.action_sign()
    matter.payer_ids = [
        (
            0,
            0,
            {
                "partner_id": clients[1].id,
                "kind": "insurer",
                "amount_limit": 900.0,
                "sequence": 1,
            },
        ),
        (
            0,
            0,
            {
                "partner_id": clients[2].id,
                "kind": "percent",
                "percent": 30.0,
                "sequence": 2,
            },
        ),
        (0, 0, {"partner_id": clients[0].id, "kind": "remainder", "sequence": 3}),
    ]
    entries = env["account.analytic.line"].create(
        [
            {
                "project_id": matter.project_id.id,
                "employee_id": person.id,
                "date": firm.opened_on() + firm.timedelta(1 + rank % firm.DAYS),
                "unit_amount": 0.1,
                "name": matter.matter_number,
                "narrative": firm.WORK,
                "activity_code_id": meeting.id if rank % 10 == 0 else False,
            }
            for rank in range(count)
        ]
    )
    entries._legal_approve()
    return matter


def summarise(rounds):
    """Return the middle round, and the statements one hundred more entries cost."""
    middle = sorted(rounds, key=_seconds)[len(rounds) // 2]
    small, count = middle["small"], middle["count"]
    more = (count - small["count"]) / 100
    return {
        "count": count,
        "steps": {
            step: {
                "seconds": middle["steps"][step]["seconds"],
                "sql": middle["steps"][step]["sql"],
                "small_seconds": small["steps"][step]["seconds"],
                "small_sql": small["steps"][step]["sql"],
                "sql_per_hundred": (
                    middle["steps"][step]["sql"] - small["steps"][step]["sql"]
                )
                / more
                if more
                else 0.0,
            }
            for step in STEPS
        },
        "small_count": small["count"],
    }


def _seconds(result):
    return sum(step["seconds"] for step in result["steps"].values())


def render(summary):
    """Return the lines of the section, for people."""
    lines = [
        f"Agreement: {len(TERMS)} terms, 3 payers,"
        f" {summary['small_count']} and {summary['count']} entries."
    ]
    for step, one in summary["steps"].items():
        lines.append(
            f"  {step:8}  {one['small_seconds']:.2f} s and {one['seconds']:.2f} s,"
            f" {one['small_sql']} and {one['sql']} SQL:"
            f" {one['sql_per_hundred']:.1f} for a hundred entries more"
        )
    return "\n".join(lines)
