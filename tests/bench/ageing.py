"""The section "ageing": the aged balance at growing numbers of open items.

Stock Community has no aged balance; the floor is one grouped query by payer and month,
which knows neither another day nor what is not matched. Items are put into the ledger
by SQL, ten a payer, a fifth of them paid in part lately, and rolled back.

``floor``   the ledger's open items by payer and month, by ``_read_group``
``payers``  the aged balance by payer, today
``past``    the same on a day before the payments
``screen``  what the list shows grouped by payer: every column, with the rules
``lead``    the same by lead
"""

from datetime import timedelta

from tests.bench import firm
from tests.bench.meter import Meter

STEPS = ("floor", "payers", "past", "screen", "lead")
PER_PAYER = 10
ROUNDS = 3


def prepare(env):
    """Give the firm its books."""
    firm.company(env)._legal_setup_money_categories()


def measure(env, count):
    """Age so many items; the best of a few rounds, as caches are warm on a screen."""
    company = firm.company(env)
    env = env(user=env.ref("base.user_admin"), context={"lang": "fr_FR"})
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    made = _fill(env, company, count)
    best = {}
    for _round in range(ROUNDS):
        env.invalidate_all()
        for name, step in _age(env, company).steps.items():
            if name not in best or step["seconds"] < best[name]["seconds"]:
                best[name] = step
    return {"steps": best, "count": made}


def _age(env, company):
    Age = env["legal.receivable.age"]
    today = company._get_dunning_today()
    lines = env["account.move.line"]
    meter = Meter(env)
    with meter.step("floor"):
        lines._read_group(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
            ],
            ["partner_id", "date_maturity:month"],
            ["amount_residual:sum"],
        )
    with meter.step("payers"):
        Age._get_payer_ages(company, today)
    with meter.step("past"):
        Age._get_payer_ages(company, today - timedelta(days=60))
    names = [name for name, field in Age._fields.items() if field.type == "monetary"]
    sums = [f"{name}:sum" for name in names if name != "amount_currency"]
    with meter.step("screen"):
        Age._read_group([], ["partner_id"], sums)
    with meter.step("lead"):
        Age._read_group([], ["user_id"], sums)
    return meter


def fill_invoices(env, company, count, payers):
    """Put open invoices of so many payers into the ledger by SQL; return the lines."""
    values, journals = _prepare(env, company, payers)
    return _insert(env.cr, values, journals["sale"].id, "out_invoice", count, 1)


def _prepare(env, company, payers_count):
    """Make payers; return (values of the statements, journals)."""
    env.flush_all()
    cr = env.cr
    account = env["account.account"].search(
        [("account_type", "=", "asset_receivable"), ("company_ids", "in", company.ids)],
        limit=1,
    )
    journals = {
        kind: env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", company.id)], limit=1
        )
        for kind in ("sale", "bank")
    }
    cr.execute(
        """INSERT INTO res_partner
                  (name, complete_name, active, is_company, type, autopost_bills)
           SELECT 'Payeur ' || g, 'Payeur ' || g, TRUE, TRUE, 'contact', 'ask'
             FROM generate_series(1, %s) g RETURNING id""",
        (payers_count,),
    )
    payers = [row[0] for row in cr.fetchall()]
    cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
        (payers,),
    )
    values = {
        "payers": payers,
        "number": len(payers),
        "company": company.id,
        "currency": company.currency_id.id,
        "account": account.id,
        "today": company._get_dunning_today(),
    }
    return values, journals


def _fill(env, company, count):
    """Put open items, and payments of a fifth of them, into the ledger by SQL."""
    cr = env.cr
    values, journals = _prepare(env, company, max(count // PER_PAYER, 1))
    invoices = _insert(cr, values, journals["sale"].id, "out_invoice", count, 1)
    payments = _insert(cr, values, journals["bank"].id, "entry", count // 5, -0.4)
    cr.execute(
        """INSERT INTO account_partial_reconcile
                  (debit_move_id, credit_move_id, debit_currency_id,
                   credit_currency_id, amount, debit_amount_currency,
                   credit_amount_currency, company_id, max_date)
           SELECT d.id, c.id, %(currency)s, %(currency)s, -c.balance, -c.balance,
                  -c.balance, %(company)s, c.date
             FROM unnest(%(debits)s, %(credits)s) AS x (debit, credit)
             JOIN account_move_line d ON d.id = x.debit
             JOIN account_move_line c ON c.id = x.credit""",
        {**values, "debits": invoices[: len(payments)], "credits": payments},
    )
    cr.execute(
        """UPDATE account_move_line l SET
                  amount_residual = l.balance - p.signed,
                  amount_residual_currency = l.balance - p.signed,
                  reconciled = (l.balance = p.signed)
             FROM (SELECT debit_move_id AS id, amount AS signed
                     FROM account_partial_reconcile
                UNION ALL
                   SELECT credit_move_id, -amount FROM account_partial_reconcile) p
            WHERE p.id = l.id AND l.id = ANY(%s)""",
        (invoices[: len(payments)] + payments,),
    )
    cr.execute(
        "ANALYZE account_move, account_move_line, account_partial_reconcile,"
        " res_partner, account_move_legal_matter_rel"
    )
    env.invalidate_all()
    return len(invoices)


def _insert(cr, values, journal, kind, count, sign):
    """Insert posted moves with their receivable line; return the lines' ids."""
    cr.execute(
        """WITH moves AS (
               INSERT INTO account_move
                      (name, move_type, state, date, invoice_date, journal_id,
                       company_id, currency_id, partner_id, commercial_partner_id,
                       auto_post)
               SELECT %(kind)s || g, %(kind)s, 'posted',
                      %(today)s::date - CASE WHEN %(kind)s = 'entry' THEN g %% 30
                                             ELSE 60 + g %% 200 END,
                      %(today)s::date - 60 - g %% 200, %(journal)s, %(company)s,
                      %(currency)s, (%(payers)s)[1 + g %% %(number)s],
                      (%(payers)s)[1 + g %% %(number)s], 'no'
                 FROM generate_series(1, %(count)s) g
            RETURNING id, date, partner_id)
           INSERT INTO account_move_line
                  (move_id, account_id, journal_id, company_id, company_currency_id,
                   currency_id, partner_id, date, date_maturity, parent_state,
                   display_type, balance, debit, credit, amount_currency,
                   amount_residual, amount_residual_currency, reconciled)
           SELECT m.id, %(account)s, %(journal)s, %(company)s, %(currency)s,
                  %(currency)s, m.partner_id, m.date, m.date + 30, 'posted',
                  'payment_term', x.amount, GREATEST(x.amount, 0),
                  GREATEST(-x.amount, 0), x.amount, x.amount, x.amount, FALSE
             FROM moves m, LATERAL (
                  SELECT ROUND((100 + m.id %% 5000) * %(sign)s, 2) AS amount) x
        RETURNING id""",
        {**values, "journal": journal, "kind": kind, "count": count, "sign": sign},
    )
    return [row[0] for row in cr.fetchall()]


def summarise(raw):
    """Return {count: {step: (seconds, statements)}}."""
    return {
        str(result["count"]): {
            name: (step["seconds"], step["sql"])
            for name, step in result["steps"].items()
        }
        for result in raw
    }


def render(summary):
    """Return the table of the section."""
    head = ("open items", *STEPS)
    rows = [
        (count, *(f"{steps[name][0]:.3f} s" for name in STEPS))
        for count, steps in summary.items()
    ]
    widths = [max(len(row[rank]) for row in (head, *rows)) for rank in range(len(head))]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (head, *rows)
    ]
    return "\n".join(
        [
            "Aged balance, best of three rounds (must: 0.05 s for 5 000, 0.5 s for"
            " 100 000):",
            *lines,
        ]
    )
