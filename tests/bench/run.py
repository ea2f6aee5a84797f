"""``make bench``: stock Odoo and our addons measured in one run.

For each N both databases get N units of work (see :mod:`tests.bench.firm`), set up
untimed. Then ours and stock are measured in turn, each time in a process of its own
whose work is rolled back, after VACUUM ANALYZE: a round finds what the last one found.

Before that, time recorded and approved: :mod:`tests.bench.recording`.

Words: the numbers N, ``rounds=3``, ``sample=30`` (PDFs a round), ``time`` or
``time=500``, ``agreement`` or ``agreement=500`` for those sections alone, with so many
entries, ``ageing`` or ``ageing=5000`` for the aged balance of so many open items,
``dunning`` or ``dunning=1000`` for the reminders of so many overdue invoices,
``pdf`` or ``pdf=50 flat=1000`` for the files alone, ``portal`` or ``portal=300`` for
the page of a payer with so many invoices. Numbers alone leave them out. See
:mod:`tests.bench.agreement`, :mod:`tests.bench.ageing`, :mod:`tests.bench.dunning` and
:mod:`tests.bench.printing`.
Variables:
``LEGAL_BENCH_DB``, ``LEGAL_BENCH_STOCK_DB`` (databases of ours and of stock, to be
filled), ``LEGAL_BENCH_OUT``, ``ODOO_RC``, ``LEGAL_BENCH_WKHTMLTOPDF`` (folder of the
program) or ``LEGAL_BENCH_WITHOUT_PDF`` (why there is none).
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "docker")]

import psycopg2  # noqa: E402

from local import ports, progress  # noqa: E402
from tests.bench import (  # noqa: E402
    ageing,
    agreement,
    dunning,
    figures,
    portal,
    printing,
    recording,
    table,
)

SIZES = (100, 300, 1_000)
ONE_ROUND_FROM = 1_000
TIME_ENTRIES = 10_000
SECTIONS = {
    "time": TIME_ENTRIES,
    "agreement": 2_000,
    "ageing": 100_000,
    "dunning": 5_000,
    "pdf": 50,
    "portal": 300,
}
# The aged balance is also measured for a firm's usual number of open items.
USUAL_ITEMS = 5_000
OPTIONS = {"rounds": 3, "sample": 30, "flat": 1_000}
SCRIPT = """import sys
sys.path.insert(0, {root!r})
from tests.bench import job
job.run(env, {side!r}, {step!r}, **{options!r})
"""


class Failed(Exception):
    """A process of the benchmark ended badly; one sentence."""


def read_words(words):
    """Return (sizes, options, sections) out of the words of the command.

    Sections are {name: entries}. Some and no sizes: these alone. Sizes and none of
    them: billing alone. Nothing at all: everything.

    :raise Failed: a word is neither a number nor a known option
    """
    sizes, options, sections = [], dict(OPTIONS), {}
    for word in " ".join(words).replace(",", " ").split():
        if word in SECTIONS:
            sections[word] = SECTIONS[word]
            continue
        name, equals, value = word.rpartition("=")
        known = not equals or name in options or name in SECTIONS
        if not value.isdecimal() or not int(value) or not known:
            raise Failed(
                f"“{word}” is not understood: give numbers of matters, rounds=3,"
                f" sample=30, time or time=500, agreement or agreement=500, ageing or"
                f" ageing=5000, dunning or dunning=1000, pdf or pdf=50,"
                f" flat=1000, portal or portal=300."
            )
        if name in SECTIONS:
            sections[name] = int(value)
        elif equals:
            options[name] = int(value)
        else:
            sizes.append(int(value))
    if not sizes and not sections:
        sizes, sections = SIZES, dict(SECTIONS)
    return sorted(set(sizes)), options, sections


# -- processes ----------------------------------------------------------------
def odoo(*words, database):
    """Return the command line of an Odoo program."""
    first, *rest = words
    config = ["-c", os.environ["ODOO_RC"], "-d", database]
    sub = [first, *config] if not first.startswith("-") else [*config, first]
    return [sys.executable, "-m", "odoo", *sub, *map(str, rest)]


def environment():
    """Return the environment of Odoo's programs, wkhtmltopdf first if there is one."""
    folder = os.environ.get("LEGAL_BENCH_WKHTMLTOPDF")
    path = os.environ["PATH"]
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{path}" if folder else path}


def shell(side, step, database, **options):
    """Run one job inside ``odoo shell``; return its result.

    :raise Failed: it ended badly; the sentence carries the end of its output
    """
    script = SCRIPT.format(root=str(ROOT), side=side, step=step, options=options)
    done = subprocess.run(
        odoo("shell", "--no-http", "--log-level=error", database=database),
        input=script,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    marked = [li for li in done.stdout.splitlines() if li.startswith("BENCH-RESULT ")]
    if done.returncode or not marked:
        end = "\n".join((done.stderr or done.stdout).splitlines()[-15:])
        raise Failed(f"{side}, {step} {options} failed:\n{end}")
    return json.loads(marked[-1].split(" ", 1)[1])


def install_stock(database, module):
    """Add what stock records time with, or bills it with."""
    words = ("-i", module, "--no-http", "--stop-after-init")
    done = subprocess.run(
        odoo(*words, "--log-level=warn", database=database),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{module} was not installed:\n{done.stderr[-1000:]}")


@contextmanager
def asset_server(database, wanted):
    """Serve stock's style sheets to wkhtmltopdf; yield the address, or nothing."""
    if not wanted:
        yield ""
        return
    port = ports.any_free()
    words = (f"--http-port={port}", f"--db-filter=^{database}$", "--log-level=error")
    server = subprocess.Popen(
        odoo(*words, database=database),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/web/health", server)
        yield address
    finally:
        progress.end(server)


def wait_for(address, server, seconds=120):
    """Wait until the server answers."""
    for _second in range(seconds):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(1)
    raise Failed(f"The server of stock's style sheets did not start at {address}.")


def vacuum(database):
    """Let PostgreSQL know the data, and forget what was rolled back."""
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
    finally:
        connection.close()


# -- the run --------------------------------------------------------------------
def bench(sizes, rounds, sample, databases, without_pdf):
    """Measure all sizes; return {count: {side: [result of a round, …]}}."""
    raw = {}
    progress.say("Installing sale_timesheet on stock's side …")
    install_stock(databases["stock"], "sale_timesheet")
    with asset_server(databases["stock"], not without_pdf) as address:
        for count in sizes:
            raw[count] = {"stock": [], "ours": []}
            for side, database in databases.items():
                progress.say(f"N = {count}: setting up {side} (not timed) …")
                shell(side, "prepare", database, count=count)
            for turn in range(1 if count >= ONE_ROUND_FROM else rounds):
                for side, database in databases.items():
                    vacuum(database)
                    options = {"count": count, "sample": sample}
                    if side == "stock":
                        options["report_url"] = address
                    result = shell(side, "measure", database, **options)
                    raw[count][side].append(result)
                    progress.say(
                        f"N = {count}, round {turn + 1}, {side}: {_line(result)}"
                    )
    return raw


def bench_time(entries, rounds, databases):
    """Measure the section "time"; return {side: [result of a round, …]}."""
    progress.say("Installing hr_timesheet on stock's side …")
    install_stock(databases["stock"], "hr_timesheet")
    raw = {side: [] for side in databases}
    for side, database in databases.items():
        progress.say(f"Time: setting up {side} (not timed) …")
        shell(f"{side}_time", "prepare", database)
    for turn in range(rounds if entries < TIME_ENTRIES else 1):
        for side, database in databases.items():
            vacuum(database)
            result = shell(f"{side}_time", "measure", database, count=entries)
            raw[side].append(result)
            progress.say(f"Time, round {turn + 1}, {side}: {_line(result)}")
    return raw


def bench_agreement(entries, rounds, databases):
    """Measure the section "agreement", ours alone; return [result of a round, …]."""
    progress.say("Agreement: setting up (not timed) …")
    shell("ours_agreement", "prepare", databases["ours"])
    raw = []
    for turn in range(rounds):
        vacuum(databases["ours"])
        result = shell("ours_agreement", "measure", databases["ours"], count=entries)
        raw.append(result)
        progress.say(f"Agreement, round {turn + 1}: {_line(result)}")
    return raw


def bench_ageing(items, databases):
    """Measure the section "ageing", ours alone; return [result of a size, …]."""
    progress.say("Ageing: setting up (not timed) …")
    shell("ours_ageing", "prepare", databases["ours"])
    raw = []
    for count in sorted({min(items, USUAL_ITEMS), items}):
        vacuum(databases["ours"])
        result = shell("ours_ageing", "measure", databases["ours"], count=count)
        raw.append(result)
        progress.say(f"Ageing, {count} open items: {_line(result)}")
    return raw


def bench_dunning(items, databases):
    """Measure the section "dunning", ours alone; return [result of a size, …]."""
    progress.say("Dunning: setting up (not timed) …")
    shell("ours_dunning", "prepare", databases["ours"])
    raw = []
    for count in sorted({max(items // 5, 25), items}):
        vacuum(databases["ours"])
        result = shell("ours_dunning", "measure", databases["ours"], count=count)
        raw.append(result)
        progress.say(f"Dunning, {count} overdue invoices: {_line(result)}")
    return raw


def bench_portal(most, databases):
    """Measure the section "portal"; it leaves its invoices behind."""
    progress.say("Portal: setting up (not timed) …")
    sizes = sorted({min(most, portal.SIZES[0]), most})
    made = shell("ours_portal", "prepare", databases["ours"], sizes=sizes)
    vacuum(databases["ours"])
    return shell("ours_portal", "measure", databases["ours"], paths=made["paths"])


def bench_pdf(count, options, databases, without_pdf):
    """Measure the section "pdf", last: it leaves posted invoices behind."""
    sides = [side for side in databases if side == "ours" or not without_pdf]
    raw = {side: [] for side in (*sides, "two")}
    if "stock" in sides:
        progress.say("Installing sale_timesheet on stock's side …")
        install_stock(databases["stock"], "sale_timesheet")
    for side in sides:
        progress.say(f"PDF: setting up {side} (not timed) …")
        shell(f"{side}_pdf", "prepare", databases[side], count=count)
        vacuum(databases[side])
    with asset_server(databases["stock"], "stock" in sides) as address:
        for turn in range(options["rounds"]):
            for side in sides:
                more = {"report_url": address} if side == "stock" else {}
                result = shell(
                    f"{side}_pdf", "measure", databases[side], count=count, **more
                )
                raw[side].append(result)
                progress.say(f"PDF, round {turn + 1}, {side}: {_line(result)}")
            raw["two"].append(_at_the_same_time(databases["ours"], count))
    progress.say(f"PDF: {options['flat']} documents in one process …")
    raw["flat"] = shell(
        "ours_pdf", "measure", databases["ours"], count=count, flat=options["flat"]
    )
    return raw


def _at_the_same_time(database, count, parts=2):
    """Return the results of so many processes that share the invoices."""

    def print_part(part):
        return shell(
            "ours_pdf", "measure", database, count=count, part=part, parts=parts
        )

    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(print_part, range(parts)))


def _line(result):
    steps = result["steps"].items()
    return ", ".join(f"{name} {step['seconds']:.1f} s" for name, step in steps)


def host():
    """Return what the figures depend on beside the code."""
    return {
        "processors": os.cpu_count(),
        "load_at_start": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def main(words):
    """Run the benchmark; return the exit code."""
    sizes, options, sections = read_words(words)
    rounds, sample = options["rounds"], options["sample"]
    databases = {
        "stock": os.environ["LEGAL_BENCH_STOCK_DB"],
        "ours": os.environ["LEGAL_BENCH_DB"],
    }
    without_pdf = os.environ.get("LEGAL_BENCH_WITHOUT_PDF", "")
    about = {**host(), "sizes": sizes, "rounds": rounds, "sample": sample}
    whole, text = {"about": about}, []
    if entries := sections.get("time"):
        raw = bench_time(entries, rounds, databases)
        sides = {side: recording.summarise(raw[side], entries) for side in databases}
        whole["time"] = {"summary": sides, "rounds": raw}
        text.append(recording.render(**sides))
    if entries := sections.get("agreement"):
        raw = bench_agreement(entries, rounds, databases)
        summary = agreement.summarise(raw)
        whole["agreement"] = {"summary": summary, "rounds": raw}
        text.append(agreement.render(summary))
    if items := sections.get("ageing"):
        raw = bench_ageing(items, databases)
        summary = ageing.summarise(raw)
        whole["ageing"] = {"summary": summary, "rounds": raw}
        text.append(ageing.render(summary))
    if items := sections.get("dunning"):
        raw = bench_dunning(items, databases)
        summary = dunning.summarise(raw)
        whole["dunning"] = {"summary": summary, "rounds": raw}
        text.append(dunning.render(summary))
    if sizes:
        whole |= bench_invoices(sizes, rounds, sample, databases, without_pdf)
        text.append(table.render(whole["summary"], whole["growth"], without_pdf))
    if count := sections.get("pdf"):
        raw = bench_pdf(count, options, databases, without_pdf)
        whole["pdf"] = {"summary": printing.summarise(raw), "rounds": raw}
        text.append(printing.render(whole["pdf"]["summary"], without_pdf))
    if most := sections.get("portal"):
        whole["portal"] = bench_portal(most, databases)
        text.append(portal.render(whole["portal"]["pages"]))
    print("\n\n".join(text), flush=True)
    out = Path(os.environ["LEGAL_BENCH_OUT"])
    out.write_text(json.dumps(whole, indent=1) + "\n")
    print(
        f"Processors: {about['processors']}, load at the start: "
        f"{about['load_at_start']:.1f}. All rounds: {out}"
    )
    return 0


def bench_invoices(sizes, rounds, sample, databases, without_pdf):
    """Measure billing; return what the file keeps of it."""
    raw = bench(sizes, rounds, sample, databases, without_pdf)
    results = {
        count: {side: figures.summarise(taken, count) for side, taken in sides.items()}
        for count, sides in raw.items()
    }
    growth = {
        side: figures.growth({n: sides[side] for n, sides in results.items()})
        for side in databases
    }
    whole = {"summary": results, "growth": growth, "rounds": raw}
    if without_pdf:
        whole["without_stock_pdfs"] = without_pdf
    return whole


def interrupt(signum, frame):
    """Let a polite kill end our children too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as error:
        sys.exit(f"Stopped: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
