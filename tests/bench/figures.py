"""Arithmetic of the benchmark: from raw rounds to what the table shows."""

import math
import statistics

STEPS = ("drafts", "approval", "posting")


def median_step(rounds, step):
    """Return {seconds, spread, sql} of a step: medians, and slowest minus fastest."""
    taken = [r["steps"][step] for r in rounds if step in r["steps"]]
    if not taken:
        return None
    seconds = [one["seconds"] for one in taken]
    return {
        "seconds": statistics.median(seconds),
        "spread": max(seconds) - min(seconds),
        "sql": statistics.median(one["sql"] for one in taken),
    }


def exponent(points):
    """Return b of seconds = a × N^b by least squares; None under two different N.

    >>> exponent({100: 2.0, 1000: 20.0})
    1.0
    """
    if len(points) < 2:
        return None
    xs = [math.log(count) for count in points]
    ys = [math.log(seconds) for seconds in points.values()]
    return round(statistics.linear_regression(xs, ys).slope, 3)


def summarise(rounds, count):
    """Return what the rounds of one side took to bill ``count`` units.

    :param rounds: results of ``measure``, at least one
    """
    steps = {step: median_step(rounds, step) for step in STEPS}
    steps = {step: figures for step, figures in steps.items() if figures}
    peaks = [r["memory"]["peak_mb"] - r["memory"]["start_mb"] for r in rounds]
    summary = {
        "rounds": len(rounds),
        "steps": steps,
        "seconds": sum(figures["seconds"] for figures in steps.values()),
        "sql_per_invoice": sum(figures["sql"] for figures in steps.values()) / count,
        "memory_mb": statistics.median(peaks),
        "memory_start_mb": statistics.median(r["memory"]["start_mb"] for r in rounds),
        "pdfs": None,
    }
    printed = [r["pdfs"] for r in rounds if r.get("pdfs")]
    if printed:
        per_pdf = [
            r["steps"]["pdfs"]["seconds"] / r["pdfs"]["count"]
            for r in rounds
            if r.get("pdfs")
        ]
        each = statistics.median(per_pdf)
        summary["pdfs"] = {
            **printed[0],
            "pdfa_3b": min(one["pdfa_3b"] for one in printed),
            "seconds_each": each,
            "spread_each": max(per_pdf) - min(per_pdf),
            "seconds_extrapolated": each * count,
        }
    return summary


def growth(summaries):
    """Return the exponents of drafts, of posting and of all of it.

    :param summaries: {count: summary} of one side
    """
    found = {
        step: exponent({n: s["steps"][step]["seconds"] for n, s in summaries.items()})
        for step in ("drafts", "posting")
    }
    found["all"] = exponent({n: s["seconds"] for n, s in summaries.items()})
    return found


def ratio(stock, ours):
    """Return how many times faster ours is, or None where one is missing."""
    return stock / ours if stock and ours else None
