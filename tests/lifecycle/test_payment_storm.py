"""Many pay the same invoices at once, over several workers: nothing is paid twice.

Real requests to real processes on PostgreSQL: what was captured is what was matched,
to the cent, and who could not pay was told why in a sentence.
"""

import json
import os
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from local import ports

HERE = Path(__file__).parent
# Each run of the tests does it in small; STORM=200 does it in full.
ATTEMPTS = int(os.environ.get("STORM") or 40)
IS_FULL = ATTEMPTS >= 200
PAYERS = [3, 3, 3, 3, 2, 2, 2, 2] if IS_FULL else [3, 2]
WORKERS, THREADS, SEED = 4, 16, 20260430
AMOUNT = re.compile(r'data-amount="([0-9.]+)"')
SENTENCES = ("odoo.exceptions.UserError", "odoo.exceptions.ValidationError")


@pytest.fixture
def jobs():
    """Return a function that does one job in a process, and returns its answer."""
    texts = [(HERE / name).read_text() for name in ("jobs.py", "storm.py")]

    def run(instance, *calls):
        lines = [*texts, "import json"]
        for name, *values in calls:
            arguments = ", ".join(["env", *map(repr, values)])
            lines += [f"found = {name}({arguments})", "env.cr.commit()"]
        lines.append("print('answer: ' + json.dumps(found, default=str))")
        printed = instance.shell("\n".join(lines) + "\n").splitlines()
        found = [line for line in printed if line.startswith("answer: ")]
        return json.loads(found[-1].removeprefix("answer: "))

    return run


class Browser:
    """One client who opens his page, chooses, and pays."""

    def __init__(self, site, firm, rank, journal):
        self.site, self.firm, self.journal = site, firm, journal
        self.draw = random.Random(SEED + rank)
        self.payer = self.draw.choice(firm["payers"])
        self.http = requests.Session()

    def choose(self):
        """Return the query of what he ticks: one, several, all, a part, one twice."""
        invoices = self.payer["invoices"]
        kind = self.draw.choice(("one", "several", "all", "part", "twice"))
        if kind == "one":
            chosen = [self.draw.choice(invoices)]
        elif kind == "several":
            chosen = self.draw.sample(invoices, min(2, len(invoices)))
        elif kind == "twice":
            chosen = [invoices[0], invoices[0]]
        else:
            chosen = list(invoices)
        query = "&".join(f"row=i{number}" for number in chosen)
        return f"{query}&amount={self.draw.randint(5, 90)}" if kind == "part" else query

    def look(self):
        """Open the page; keep the amount that it shows, if there is one to pay."""
        self.query = self.choose()
        path = f"{self.site}{self.payer['path']}/pay?{self.query}"
        page = self.http.get(path, timeout=120)
        assert page.status_code == 200, page.status_code
        shown = AMOUNT.search(page.text)
        self.amount = float(shown[1]) if shown else 0.0

    def begin(self):
        """Ask for the transaction; return its reference, or nothing when refused."""
        answer = self.call(
            f"{self.payer['path']}/transaction?{self.query}",
            provider_id=self.firm["provider"],
            payment_method_id=self.firm["method"],
            token_id=None,
            amount=self.amount,
            flow="direct",
            tokenization_requested=False,
            landing_route="/",
            is_validation=False,
        )
        if "error" not in answer:
            return answer["result"]["reference"]
        error = answer["error"]["data"]
        assert error["name"] in SENTENCES, error
        assert len(error["message"]) > 20, error
        return None

    def finish(self, reference):
        """Let the provider take the money, and follow the payment; return its state."""
        for _delivery in range(8):  # as a provider does until it is heard
            heard = self.call(
                "/payment/demo/simulate_payment",
                reference=reference,
                payment_details="4242",
                simulated_state="done",
            )
            if "error" not in heard:
                break
            self.journal.append("delivered again")
        else:
            raise AssertionError(heard)
        for _turn in range(8):  # as the stock page does
            polled = self.call("/payment/status/poll")
            if "error" not in polled:
                break
            self.journal.append("polled again")
            time.sleep(0.2)
        return polled.get("result", {}).get("state", "left to the clock")

    def call(self, path, **values):
        answer = self.http.post(
            f"{self.site}{path}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": values}),
            headers={"Content-Type": "application/json"},
            timeout=120,
        )
        assert answer.status_code == 200, answer.status_code
        return answer.json()


def test_what_is_captured_is_what_is_matched(addons_instance, jobs):
    firm = jobs(
        addons_instance, ("set_up_firm",), ("price_hours",), ("fill_storm", PAYERS)
    )
    process, site = addons_instance.serve(
        f"--workers={WORKERS}",
        f"--gevent-port={ports.any_free()}",
        f"--db-filter=^{addons_instance.name}$",
    )
    journal, waiting, started = [], [], time.monotonic()
    try:
        _wait_for(site)
        browsers = [Browser(site, firm, rank, journal) for rank in range(ATTEMPTS)]

        def pay(rank):
            """Begin; every other one waits with its money until all have begun."""
            reference = browsers[rank].begin()
            if not reference:
                return "refused"
            if rank % 2:
                waiting.append((rank, reference))
                return "waited"
            return browsers[rank].finish(reference)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(Browser.look, browsers))
            outcomes = list(pool.map(pay, range(ATTEMPTS)))
            late = pool.map(lambda pair: browsers[pair[0]].finish(pair[1]), waiting)
            outcomes = [word for word in outcomes if word != "waited"] + list(late)
    finally:
        addons_instance.end(process)
    took = time.monotonic() - started
    found = jobs(addons_instance, ("end_storm",))
    told = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    again = {word: journal.count(word) for word in sorted(set(journal))}
    print(f"{ATTEMPTS} attempts in {took:.0f} s: {told} {again} {found}")

    assert len(outcomes) == ATTEMPTS
    assert found["done"] >= len(PAYERS)
    assert found["payments_of_done"]
    assert found["captured"] == found["payments"] == found["reconciled"]
    assert found["captured"] == found["shares"] == found["settled"]
    assert found["captured"] == found["paid_of_invoices"] <= found["invoiced"]
    assert found["left_over"] == 0.0
    assert found["overpaid"] == found["unbalanced"] == []
    assert abs(found["vat_due"] - found["vat_of_paid"]) < 0.02 * sum(PAYERS)
    assert set(told) <= {"done", "error", "refused"}, told


def _wait_for(site):
    for _turn in range(150):
        try:
            if requests.get(f"{site}/web/health", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")
