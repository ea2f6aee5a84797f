"""The table of the benchmark, as text."""

from tests.bench.figures import STEPS, ratio

HEAD = ("N", "step", "stock", "ours", "stock / ours", "SQL per item: stock", "ours")


def render(results, growth, without_pdf=""):
    """Return the whole table.

    :param results: {count: {"stock": summary, "ours": summary}}
    :param growth: {"stock": exponents, "ours": exponents}
    :param str without_pdf: why stock's PDFs were not measured
    """
    rows = [HEAD]
    for count, sides in results.items():
        rows += _rows(count, sides["stock"], sides["ours"])
    widths = [max(len(row[rank]) for row in rows) for rank in range(len(HEAD))]
    lines = []
    for rank, row in enumerate(rows):
        if row[0]:
            lines.append("")
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
        if not rank:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", *_notes(results, growth, without_pdf)])


def _rows(count, stock, ours):
    rows = [
        _row(step, stock["steps"].get(step), ours["steps"].get(step), count)
        for step in STEPS
    ]
    rows.append(_row("create and post", *_create_and_post(stock, ours), count))
    both = [
        {"seconds": side["seconds"], "sql": side["sql_per_invoice"] * count}
        for side in (stock, ours)
    ]
    rows.append(_row("drafts to posted", *both, count))
    rows += _pdf_rows(stock["pdfs"], ours["pdfs"])
    rows.append(
        (
            "",
            "memory over the start",
            f"{stock['memory_mb']:.0f} MB",
            f"{ours['memory_mb']:.0f} MB",
            *("", "", ""),
        )
    )
    return [(str(count), *rows[0][1:]), *rows[1:]]


def _create_and_post(stock, ours):
    """Return what invoices cost, from what is approved to the ledger.

    Stock creates them as drafts and posts them; ours does both when it posts.
    """
    drafts, posting = stock["steps"].get("drafts"), stock["steps"].get("posting")
    whole = {name: drafts[name] + posting[name] for name in ("seconds", "sql")}
    return whole, ours["steps"].get("posting")


def _row(label, stock, ours, count):
    return (
        "",
        label,
        _seconds(stock and stock["seconds"]),
        _seconds(ours and ours["seconds"]),
        _times(stock and stock["seconds"], ours and ours["seconds"]),
        f"{stock['sql'] / count:.1f}" if stock else "",
        f"{ours['sql'] / count:.1f}" if ours else "",
    )


def _pdf_rows(stock, ours):
    each = [side and side["seconds_each"] for side in (stock, ours)]
    whole = [side and side["seconds_extrapolated"] for side in (stock, ours)]
    count = (ours or stock)["count"]
    return [
        (
            "",
            f"one PDF, from {count} of them",
            _seconds(each[0], 2) or "not measured",
            _seconds(each[1], 2),
            _times(*each),
            *("", ""),
        ),
        (
            "",
            "all PDFs, extrapolated",
            _seconds(whole[0]) or "not measured",
            _seconds(whole[1]),
            _times(*whole),
            *("", ""),
        ),
    ]


def _seconds(seconds, digits=1):
    return "" if seconds is None else f"{seconds:.{digits}f} s"


def _times(stock, ours):
    times = ratio(stock, ours)
    return f"{times:.2f} ×" if times else ""


def _notes(results, growth, without_pdf):
    rounds = ", ".join(
        f"{sides['ours']['rounds']} for N = {count}" for count, sides in results.items()
    )
    notes = [
        f"Seconds are medians over rounds ({rounds}), ours and stock in turn.",
        "Drafts: stock's draft invoices, our pre-bills. Approval: ours alone.",
        "Posting: stock posts its drafts, ours makes the invoices and posts them.",
        "PDFs: stock prints 3 lines with wkhtmltopdf, ours the 20 acts too.",
    ]
    for side in ("stock", "ours"):
        if growth[side]["all"] is not None:
            words = ", ".join(
                f"{step} {value:.2f}" for step, value in growth[side].items()
            )
            notes.append(f"Growth of {side}, seconds ~ N^b: {words}.")
    if without_pdf:
        notes.append(f"Stock's PDFs: not measured: {without_pdf}")
    for side in ("stock", "ours"):
        pdfs = [sides[side]["pdfs"] for sides in results.values()]
        if all(pdfs):
            sizes = "/".join(f"{one['kilobytes']:.0f}" for one in pdfs)
            notes.append(
                f"PDFs of {side}: {pdfs[-1]['pdfa_3b']} of {pdfs[-1]['count']} are"
                f" PDF/A-3b, {sizes} kB each."
            )
    return notes
