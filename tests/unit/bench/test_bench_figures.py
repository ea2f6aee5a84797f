"""The arithmetic of the benchmark, and what its table says."""

import pytest

from tests.bench import (
    agreement,
    dunning,
    figures,
    firm,
    printing,
    recording,
    run,
    table,
)


def a_round(drafts=1.0, posting=2.0, peak=30, pdfs=None, **steps):
    """Return what one measurement of a side gives."""
    seconds = {"drafts": drafts, "posting": posting, **steps}
    result = {
        "steps": {k: {"seconds": v, "sql": 100} for k, v in seconds.items()},
        "memory": {"start_mb": 10, "peak_mb": peak},
    }
    if pdfs:
        result["steps"]["pdfs"] = {"seconds": pdfs, "sql": 1}
        result["pdfs"] = {"count": 4, "pdfa_3b": 4, "kilobytes": 40.0}
    return result


def test_medians_and_spread_over_rounds():
    rounds = [a_round(drafts=d, peak=p) for d, p in ((1, 20), (9, 60), (3, 30))]
    summary = figures.summarise(rounds, count=10)
    assert summary["steps"]["drafts"] == {"seconds": 3, "spread": 8, "sql": 100}
    assert summary["seconds"] == 5
    assert summary["sql_per_invoice"] == 20
    assert summary["memory_mb"] == 20
    assert summary["pdfs"] is None


def test_pdfs_are_extrapolated_from_the_sample():
    summary = figures.summarise([a_round(pdfs=2.0), a_round(pdfs=4.0)], count=100)
    assert summary["pdfs"]["seconds_each"] == 0.75
    assert summary["pdfs"]["seconds_extrapolated"] == 75
    assert summary["steps"].keys() == {"drafts", "posting"}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ({100: 2.0, 1000: 20.0}, 1.0),
        ({10: 1.0, 100: 100.0}, 2.0),
        ({100: 5.0, 300: 5.0, 1000: 5.0}, 0.0),
        ({100: 2.0}, None),
    ],
)
def test_exponent_of_growth(points, expected):
    assert figures.exponent(points) == expected


def test_words_of_the_command():
    options = {"rounds": 3, "sample": 30, "flat": 1000}
    every = {
        "time": 10_000,
        "agreement": 2_000,
        "ageing": 100_000,
        "dunning": 5_000,
        "pdf": 50,
        "portal": 300,
    }
    assert run.read_words([]) == ([100, 300, 1000], options, every)
    for words, sizes, changed, sections in (
        (["300,100", "rounds=1"], [100, 300], {"rounds": 1}, {}),
        (["20 10", "sample=2"], [10, 20], {"sample": 2}, {}),
        (["time"], [], {}, {"time": 10_000}),
        (["time=500", "rounds=1"], [], {"rounds": 1}, {"time": 500}),
        (["100", "time"], [100], {}, {"time": 10_000}),
        (["agreement=50"], [], {}, {"agreement": 50}),
        (["ageing=5000"], [], {}, {"ageing": 5_000}),
        (["dunning=1000"], [], {}, {"dunning": 1_000}),
        (["pdf=20 flat=200"], [], {"flat": 200}, {"pdf": 20}),
    ):
        assert run.read_words(words) == (sizes, {**options, **changed}, sections)


def a_time_round(seconds, after, **steps):
    taken = {"create": seconds, **steps}
    return {
        "steps": {k: {"seconds": v, "sql": 2_000} for k, v in taken.items()},
        "memory": {"start_mb": 10, "peak_mb": 30, "after_each": after},
    }


def test_time_is_summed_up_by_side_and_its_memory_by_the_thousand():
    stock = recording.summarise([a_time_round(10.0, [50, 51, 52])], 2_000)
    ours = recording.summarise(
        [a_time_round(s, [50.0, 50.5, 51.0, 51.5], approve=4.0) for s in (14, 15, 90)],
        2_000,
    )
    assert ours["steps"]["create"]["seconds"] == 15
    assert ours["steps"]["approve"]["per_second"] == 500
    assert stock["memory_mb_per_thousand"] == 1.0
    assert ours["memory_mb_per_thousand"] == 0.5
    text = recording.render(stock, ours)
    assert "ours / stock 1.50 ×" in text
    assert "stock +1.00 MB, ours +0.50 MB" in text


def test_agreement_tells_what_a_hundred_entries_more_cost():
    def a_result(seconds, sql):
        steps = {step: {"seconds": seconds, "sql": sql} for step in agreement.STEPS}
        small = {step: {"seconds": 0.5, "sql": 80} for step in agreement.STEPS}
        return {"count": 2_000, "steps": steps, "small": {"count": 200, "steps": small}}

    rounds = [a_result(seconds, 116) for seconds in (3.0, 9.0, 2.0)]
    summary = agreement.summarise(rounds)
    assert summary["steps"]["generate"]["seconds"] == 3.0
    assert summary["steps"]["generate"]["sql_per_hundred"] == 2.0
    text = agreement.render(summary)
    assert "5 terms, 3 payers, 200 and 2000 entries" in text
    assert "80 and 116 SQL: 2.0 for a hundred entries more" in text


def test_nobody_records_more_than_a_day_in_a_day():
    days = {}
    for _place, who, day, hours in recording.work(10_000):
        days[who, day] = days.get((who, day), 0) + hours
    assert max(days.values()) <= 24
    assert max(day for _who, day in days) <= firm.today()


@pytest.mark.parametrize("word", ["many", "0", "-5", "size=3", "rounds=x", "time=0"])
def test_word_that_is_not_understood_is_named(word):
    with pytest.raises(run.Failed, match=word):
        run.read_words([word])


def test_table_shows_both_sides_and_says_what_is_missing():
    results = {
        count: {
            "stock": figures.summarise([a_round(drafts=count / 10)], count),
            "ours": figures.summarise([a_round(approval=1.0, pdfs=2.0)], count),
        }
        for count in (100, 1000)
    }
    growth = {
        side: figures.growth({n: sides[side] for n, sides in results.items()})
        for side in ("stock", "ours")
    }
    text = table.render(results, growth, "no network here.")
    assert "10.00 ×" in text and "100.0 s" in text
    (line, _later) = [li for li in text.splitlines() if "all PDFs" in li]
    assert line.split(",")[1].split() == "extrapolated not measured 50.0 s".split()
    assert "not measured: no network here." in text
    assert "seconds ~ N^b: drafts 1.00, posting 0.00" in text
    assert "4 of 4 are PDF/A-3b" in text


def test_work_is_shared_evenly_and_no_day_is_too_long():
    people = [who for who, *_rest in firm.work(1)]
    assert sorted(people.count(who) for who in range(3)) == [6, 7, 7]
    days = {}
    for unit in range(firm.UNITS_PER_TEAM):
        for who, day, hours, _what in firm.work(unit):
            assert day.weekday() < 5
            days[who, day] = days.get((who, day), 0) + hours
    assert max(days.values()) < 10


def test_sirets_pass_their_check():
    from stdnum.fr import siret

    assert all(siret.is_valid(firm.siret(rank)) for rank in (1, 7, 4_321))


def test_pdfs_of_one_and_of_two_processes():
    def sent(seconds, begun=0.0, count=10, **kw):
        return {
            "steps": {"send": {"seconds": seconds}},
            "count": count,
            "cpu": seconds / 2,
            "begun": begun,
            "ended": begun + seconds,
            "pdfa_3b": count,
            "with_einvoice": count,
            "kilobytes": 20.0,
            **kw,
        }

    alone = {
        "renderer": {"seconds": 0.5, "cpu": 0.4, "count": 10},
        "alike": sent(0.5),
        "alone": sent(2.0, alike=sent(1.25)),
    }
    raw = {
        "stock": [sent(10.0, pdfa_3b=0)],
        "ours": [sent(1.0, **alone)],
        "two": [[sent(1.0), sent(1.0, begun=1.0)]],
        "flat": {"count": 100, "seconds": 20.0, "after": {"50": 200.0, "100": 203.0}},
    }
    summary = printing.summarise(raw)
    assert summary["two"]["per_second"] == 10.0
    ratios = [
        summary[way]["ratio"] for way in ("ours", "alike", "alone", "alone_alike")
    ]
    assert ratios == [10.0, 20.0, 5.0, 8.0]
    assert summary["flat"]["mb_to"] - summary["flat"]["mb_from"] == 3.0
    text = printing.render(summary)
    assert "10.0 × stock" in text and "20.0 × stock" in text and "(+3 MB)" in text
    del raw["stock"]
    assert "no program" in printing.render(printing.summarise(raw), "no program")


def test_reminders_beside_the_loop():
    def result(count, seconds):
        steps = {name: {"seconds": seconds / 4, "sql": 40} for name in dunning.STEPS}
        steps["send"]["seconds"] = seconds / 2
        return {
            "count": count,
            "payers": count // 5,
            "items": count,
            "loop_per_second": 50.0,
            "steps": steps,
        }

    summary = dunning.summarise([result(100, 1.0), result(1000, 10.0)])
    assert round(summary["growth"], 6) == 1.0
    large = summary["sizes"]["1000"]
    assert (large["per_second"], large["times_loop"]) == (100.0, 2.0)
    assert "2.0 × the loop (50/s)" in dunning.render(summary)
    assert dunning.summarise([result(100, 1.0)])["growth"] is None
