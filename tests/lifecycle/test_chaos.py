"""A run whose processes are killed twenty times ends as one that nobody disturbed.

Real processes, real commits, ``kill -9`` at statements drawn by a seed: the pre-bills,
the states, the numbers of the invoices and the books are the same to the cent.
"""

import json
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Each run of the tests does it in small; CHAOS=200 does it in full, in half an hour
# on two loaded cores.
MATTERS = int(os.environ.get("CHAOS") or 40)
KILLS, SEED, OTHERS = (20 if MATTERS >= 200 else 8), 20260430, 12
MANY, FEW, TWICE = "Cliente Deux Cents", "Cliente de Deux Courses", "Cliente Double"


@pytest.fixture
def chaos(tmp_path):
    """Return a function that does jobs in one process, and returns every answer."""
    texts = [(HERE / name).read_text() for name in ("jobs.py", "chaos.py")]

    def run(instance, *jobs):
        lines = [*texts, "import json", "found = []"]
        for name, *values in jobs:
            arguments = ", ".join(["env", *map(repr, values)])
            lines += [f"found.append({name}({arguments}))", "env.cr.commit()"]
        lines.append("print('answer: ' + json.dumps(found, default=str))")
        printed = instance.shell("\n".join(lines) + "\n").splitlines()
        found = [line for line in printed if line.startswith("answer: ")]
        return json.loads(found[-1].removeprefix("answer: "))

    return run


def test_twenty_kills_change_nothing(
    addons_instance, new_instance, store, chaos, tmp_path
):
    run_id = chaos(
        addons_instance,
        ("set_up_firm",),
        ("price_hours",),
        ("fill_chaos", {MANY: MATTERS, FEW: OTHERS, TWICE: OTHERS}),
        ("create_run", MANY),
    )[-1]
    other = new_instance("addons")
    store.drop(other.name)
    store.create(other.name, addons_instance.name)

    statements, wanted = chaos(
        addons_instance,
        ("undisturbed", run_id, str(tmp_path / "statements")),
        ("describe_billing", [MANY]),
    )
    ended, found = chaos(
        other,
        ("killed", run_id, statements, KILLS, SEED),
        ("describe_billing", [MANY]),
    )
    assert ended["kills"] == KILLS
    assert wanted["numbers"] == list(range(1, MATTERS + 1))
    assert len(wanted["matters"]) == MATTERS
    for bill in wanted["matters"].values():
        assert [row[0] for row in bill["bills"]] == ["invoiced"]
        assert bill["entries"] == ["billed", "billed"]
        assert len(bill["invoices"]) == 1
    for name in wanted:
        assert found[name] == wanted[name], name

    _check_two_at_once(other, chaos)


def _check_two_at_once(instance, chaos):
    """Two runs over the same matters, then one run clicked twice, at the same time."""
    one, two, clicked = chaos(
        instance, ("create_run", FEW), ("create_run", FEW), ("create_run", TWICE)
    )
    codes, of_two, double, of_one = chaos(
        instance,
        ("at_once", [one, two]),
        ("describe_billing", [FEW]),
        ("at_once", [clicked, clicked]),
        ("describe_billing", [TWICE]),
    )
    assert codes == double == [0, 0]
    first = MATTERS + 1
    for found in (of_two, of_one):
        assert found["numbers"] == list(range(first, first + OTHERS))
        first += OTHERS
        for bill in found["matters"].values():
            assert [row[0] for row in bill["bills"]] == ["invoiced"]
            assert bill["entries"] == ["billed", "billed"]
            assert [row[1] for row in bill["invoices"]] == ["posted"]
        assert found["waiting"] == 0
