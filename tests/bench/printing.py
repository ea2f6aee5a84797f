"""The section "pdf": the same number of posted invoices printed by stock and by ours.

``send``      the send dialog's own method, as a batch: print, e-invoice, embedding and
              attachment; stock one at a time, which is all that Debian's wkhtmltopdf
              lets it do
``alike``     ours, sent the same way, with as few lines as stock's: hours by person
``alone``     both of these without the helper processes of the press
``renderer``  ours alone: pages that are ready as HTML become files
``two``       ours, half of the invoices in each of two processes at the same time,
              without helpers
``flat``      ours: one document after the other, to see what memory does

Every file is checked to be PDF/A-3b. Invoices are posted and kept by ``prepare``;
what is measured is rolled back.
"""

import time
from contextlib import contextmanager

from tests.bench import ours, pdfs, stock
from tests.bench.meter import Meter, resident_mb

#: after so many documents, what a process keeps for good is there
WARM = 50


class Ours:
    """Legal invoices, each of 20 acts."""

    @staticmethod
    def prepare(env, count):
        ours.prepare(env, count)
        missing = count - len(_posted(env, "is_legal"))
        if missing > 0:
            admin = env(user=env.ref("base.user_admin"))
            matters = admin["legal.matter"].search([], limit=count, order="id")
            ours._bill(Meter(admin), matters.partner_id)
        env.cr.commit()

    @staticmethod
    def measure(env, count, part=0, parts=1, flat=0):
        """Print the invoices of one part; ``flat`` more for the memory instead."""
        env = env(user=env.ref("base.user_admin"))
        moves = _posted(env, "is_legal")[:count]
        if flat:
            return _measure_memory(env, moves, flat)
        chosen = moves[part::parts]
        if parts > 1:
            with _without_helpers():
                return _measure_send(env, chosen, in_one_call=True)
        result = _measure_send(env, chosen, in_one_call=True)
        env.cr.rollback()
        env.invalidate_all()
        result["renderer"] = _measure_renderer(env, chosen)
        env.invalidate_all()
        result["alike"] = _measure_alike(env, chosen)
        with _without_helpers():
            env.invalidate_all()
            result["alone"] = _measure_send(env, chosen, in_one_call=True)
            env.cr.rollback()
            env.invalidate_all()
            result["alone"]["alike"] = _measure_alike(env, chosen)
        return result


class Stock:
    """Orders' invoices of three lines."""

    @staticmethod
    def prepare(env, count):
        stock.prepare(env, count)
        if len(_posted(env)) < count:
            admin = env(user=env.ref("base.user_admin"))
            orders = admin["sale.order"].search(
                [("invoice_ids", "=", False)], limit=count, order="id"
            )
            stock._bill(Meter(admin), orders)
        env.cr.commit()

    @staticmethod
    def measure(env, count, report_url):
        env["ir.config_parameter"].set_param("report.url", report_url)
        env.cr.commit()
        env = env(user=env.ref("base.user_admin"))
        return _measure_send(env, _posted(env)[:count], in_one_call=False)


def _posted(env, *fields):
    domain = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
    domain += [(field, "=", True) for field in fields]
    return env["account.move"].search(domain, order="id")


@contextmanager
def _without_helpers():
    """Let this process lay everything out itself."""
    from odoo.addons.legal_billing.report import press

    count_helpers = press.count_helpers
    press.count_helpers = lambda *args: 0
    try:
        yield
    finally:
        press.count_helpers = count_helpers


def _measure_send(env, moves, in_one_call):
    pdfs._print(moves[:1])
    env.cr.rollback()
    env.invalidate_all()
    meter = Meter(env)
    begun, processor = time.time(), time.process_time()
    with meter.step("send"):
        if in_one_call:
            pdfs._print(moves)
        else:
            for move in moves:
                pdfs._print(move)
    ended, processor = time.time(), time.process_time() - processor
    files = [move.invoice_pdf_report_id.raw for move in moves]
    return {
        "steps": meter.steps,
        "count": len(files),
        "begun": begun,
        "ended": ended,
        "cpu": processor,
        "pdfa_3b": sum(not pdfs._check_pdfa(file) for file in files),
        "with_einvoice": sum(bool(move.ubl_cii_xml_id) for move in moves),
        "kilobytes": sum(map(len, files)) / len(files) / 1024,
    }


def _measure_alike(env, moves):
    """Send invoices that show hours by person, about the lines of a stock invoice."""
    moves.invoice_text_policy = "person"
    # Committed, as each measure is rolled back to where it began.
    env.cr.commit()
    try:
        return _measure_send(env, moves, in_one_call=True)
    finally:
        env.cr.rollback()
        moves.invoice_text_policy = "detailed"
        env.cr.commit()


def _pages(env, moves):
    """Return (HTML, e-invoice) of each invoice, ready to be laid out."""
    report = env["ir.actions.report"]
    return [
        (
            report._legal_render_html("legal_billing.report_invoice", {}, move.id),
            report._legal_get_xml(move),
        )
        for move in moves
    ]


def _measure_renderer(env, moves):
    from odoo.addons.legal_billing.report import renderer

    ready = _pages(env, moves)
    cache, begun, processor = {}, time.perf_counter(), time.process_time()
    for html, xml in ready:
        renderer.lay_out(html, cache).write(xml=xml)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - processor,
        "count": len(ready),
    }


def _measure_memory(env, moves, flat):
    """Print ``flat`` documents one after the other, from the database each time."""
    from odoo.addons.legal_billing.report import press

    report = env.ref("legal_billing.action_report_invoice")
    after, batch, begun = {}, press.Batch(), time.perf_counter()
    for rank in range(flat):
        move = moves[rank % len(moves)]
        env["ir.actions.report"]._legal_render_move(report, {}, move.id, batch)()
        if (rank + 1) % WARM == 0:
            env.invalidate_all()
            after[rank + 1] = resident_mb()
    return {
        "count": flat,
        "seconds": time.perf_counter() - begun,
        "after": after,
        "steps": {"flat": {"seconds": time.perf_counter() - begun}},
    }


# -- figures ------------------------------------------------------------------------


def summarise(raw):
    """Return PDFs a second of each way, and what memory does.

    :param raw: {"stock": [result], "ours": [result], "two": [[result, result]],
        "flat": result}; stock may be missing
    """
    found = {}
    for side in ("stock", "ours"):
        if raw.get(side):
            found[side] = _middle(
                [
                    {**_rate(one), "with_einvoice": one["with_einvoice"]}
                    for one in raw[side]
                ]
            )
    for name, sent in (
        ("alike", [one["alike"] for one in raw["ours"]]),
        ("alone", [one["alone"] for one in raw["ours"]]),
        ("alone_alike", [one["alone"]["alike"] for one in raw["ours"]]),
    ):
        found[name] = _middle([_rate(one) for one in sent])
    alone = [one["renderer"] for one in raw["ours"]]
    found["renderer"] = _middle(
        [
            {
                "per_second": one["count"] / one["seconds"],
                "cpu_each": one["cpu"] / one["count"],
                "count": one["count"],
            }
            for one in alone
        ]
    )
    found["two"] = _middle(
        [
            {
                "per_second": sum(one["count"] for one in both)
                / (max(one["ended"] for one in both) - min(o["begun"] for o in both)),
                "pdfa_3b": sum(one["pdfa_3b"] for one in both),
                "count": sum(one["count"] for one in both),
            }
            for both in raw["two"]
        ]
    )
    if "stock" in found:
        for name in ("ours", "alike", "alone", "alone_alike"):
            found[name]["ratio"] = (
                found[name]["per_second"] / found["stock"]["per_second"]
            )
    if raw.get("flat"):
        after = {int(rank): mb for rank, mb in raw["flat"]["after"].items()}
        if after:
            first, last = min(after), max(after)
            found["flat"] = {
                "from": first,
                "to": last,
                "mb_from": after[first],
                "mb_to": after[last],
                "per_second": raw["flat"]["count"] / raw["flat"]["seconds"],
            }
    return found


def _rate(one):
    """Return files a second of one measure of sending."""
    return {
        "per_second": one["count"] / one["steps"]["send"]["seconds"],
        "cpu_each": one["cpu"] / one["count"],
        **{name: one[name] for name in ("count", "pdfa_3b", "kilobytes")},
    }


def _middle(results):
    return sorted(results, key=lambda one: one["per_second"])[len(results) // 2]


def render(summary, without_pdf=""):
    """Return the lines of the section, for people."""
    lines = ["PDFs a second:"]
    if "stock" in summary:
        one = summary["stock"]
        lines.append(
            f"  stock, wkhtmltopdf one at a time   {one['per_second']:6.2f}"
            f"   {_proven(one)}, {one['kilobytes']:.0f} kB each"
        )
    else:
        lines.append(f"  stock: not measured: {without_pdf}")
    for name, words in (
        ("ours", "ours, sent as a batch"),
        ("alike", "ours, hours by person"),
        ("alone", "the first without helpers"),
        ("alone_alike", "the second without helpers"),
    ):
        one = summary[name]
        times = f", {one['ratio']:.1f} × stock" if "ratio" in one else ""
        lines.append(
            f"  {words:<34} {one['per_second']:6.2f}"
            f"   {_proven(one)}, {one['kilobytes']:.0f} kB each{times};"
            f" {one['cpu_each']:.3f} s of this process each"
        )
    lines += [
        f"  ours, the renderer alone           {summary['renderer']['per_second']:6.2f}"
        f"   {summary['renderer']['cpu_each']:.3f} s of processor each",
        f"  ours, sent by 2 without helpers    {summary['two']['per_second']:6.2f}"
        f"   {_proven(summary['two'])}",
    ]
    if flat := summary.get("flat"):
        grown = flat["mb_to"] - flat["mb_from"]
        lines.append(
            f"  memory: {flat['mb_from']:.0f} MB after {flat['from']} documents,"
            f" {flat['mb_to']:.0f} MB after {flat['to']} ({grown:+.0f} MB)"
        )
    return "\n".join(lines)


def _proven(one):
    return f"{one['pdfa_3b']} of {one['count']} PDF/A-3b"
