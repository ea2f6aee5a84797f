"""Runs one step of one side inside ``odoo shell``, and prints its result as JSON."""

import json

from tests.bench import (
    ageing,
    agreement,
    dunning,
    firm,
    ours,
    portal,
    printing,
    recording,
    stock,
)

SIDES = {
    "ours": ours,
    "stock": stock,
    "ours_ageing": ageing,
    "ours_agreement": agreement,
    "ours_dunning": dunning,
    "ours_portal": portal,
    "ours_time": recording.Ours,
    "stock_time": recording.Stock,
    "ours_pdf": printing.Ours,
    "stock_pdf": printing.Stock,
}
MARK = "BENCH-RESULT "


def run(env, side, step, **options):
    """Call ``prepare`` or ``measure`` of a side.

    :param env: environment of the shell
    """
    env = env(context={**env.context, "lang": "fr_FR"})
    firm.let_no_mail_out(env)
    result = getattr(SIDES[side], step)(env, **options)
    if step == "prepare":
        env.cr.commit()
    env.cr.rollback()
    print(MARK + json.dumps(result or {}), flush=True)
