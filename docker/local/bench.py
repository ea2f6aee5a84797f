"""``make bench``: stock Odoo and our addons measured in one run."""

import os
import subprocess

from local import paths, progress, venv, wkhtmltopdf
from local.environment import ready
from local.errors import Stop

OURS, STOCK = "legal_bench", "legal_bench_stock"
SCRIPT = paths.ROOT / "tests" / "bench" / "run.py"


def command(words=()):
    """Run ``make bench``; ``words`` go to the benchmark's own script, ``N`` too."""
    if not SCRIPT.exists():
        raise Stop(f"There is no benchmark yet: {paths.shown(SCRIPT)} is missing.")
    with ready(tests=True) as env:
        env.store.create(STOCK, env.templates.stock())
        env.store.create(OURS, env.templates.addons())
        printer = stock_printer()
    paths.OUT.mkdir(exist_ok=True)
    more = {
        "LEGAL_BENCH_DB": OURS,
        "LEGAL_BENCH_STOCK_DB": STOCK,
        "LEGAL_BENCH_OUT": str(paths.OUT / "bench.json"),
        "ODOO_RC": str(paths.CONFIG),
        **printer,
    }
    words = [*os.environ.get("N", "").split(), *words]
    run = subprocess.Popen(
        [str(venv.PYTHON), str(SCRIPT), *words],
        cwd=paths.RUN,
        env={**env.odoo.environment(), **more},
    )
    try:
        return run.wait()
    finally:
        progress.end(run)
        for name in (OURS, STOCK):
            env.store.drop(name)


def stock_printer():
    """Return where wkhtmltopdf is, or why stock's PDFs are not measured."""
    try:
        return {"LEGAL_BENCH_WKHTMLTOPDF": str(wkhtmltopdf.find())}
    except Stop as error:
        return {"LEGAL_BENCH_WITHOUT_PDF": str(error)}
