"""The section "portal": the page that a payer opens from an e-mail.

One payer has 3 invoices to pay, another 300, put into the ledger by SQL; they stay in
the bench's database, so that the page can be asked for as a browser does. Requests go
through Odoo's whole application, without a network in between; the first one, which
compiles templates and style sheets, does not count.

``page``  the payer's page, ready to be shown
"""

import statistics
import threading
import time

from werkzeug.test import Client

from tests.bench import dunning, firm

SIZES = (3, 300)
REQUESTS = 10


def prepare(env, sizes=SIZES):
    """Give each payer his invoices and his link; return {"paths": {size: path}}."""
    company = firm.company(env)
    company._legal_setup_money_categories()
    paths = {}
    for count in sizes:
        ids = dunning.fill(env, company, count, payers=1)
        lines = env["account.move.line"].browse(ids)
        env.cr.execute(
            "UPDATE account_move SET name = 'F' || id WHERE id = ANY(%s)",
            (lines.move_id.ids,),
        )
        env.invalidate_all()
        link = env["legal.client.link"]._get_for(lines.partner_id, company)
        paths[str(count)] = link._get_path()
    return {"paths": paths}


def measure(env, paths):
    """Ask for each page a few times; return {"pages": {size: figures}}."""
    from odoo.http import root

    client = Client(root)
    pages = {}
    for size, path in paths.items():
        taken, statements = [], 0
        for turn in range(REQUESTS + 1):
            start = time.perf_counter()
            answer = client.get(path, headers={"X-Odoo-Database": env.cr.dbname})
            length = len(answer.get_data())
            if answer.status_code != 200:
                raise RuntimeError(f"{answer.status}: {answer.get_data()[:500]}")
            if turn:
                taken.append(time.perf_counter() - start)
            # Odoo counts the statements of a request on its thread.
            statements = threading.current_thread().query_count
        pages[size] = {
            "seconds": statistics.median(taken),
            "worst": max(taken),
            "sql": statements,
            "bytes": length,
        }
    return {"pages": pages, "steps": {}}


def render(pages):
    """Return the lines of the section, for people."""
    lines = [f"The payer's page, median of {REQUESTS} requests:"]
    for size, page in pages.items():
        lines.append(
            f"  {size} invoices: {page['seconds']:.3f} s (worst {page['worst']:.3f} s),"
            f" {page['sql']} statements, {page['bytes'] / 1000:.0f} kB"
        )
    return "\n".join(lines)
