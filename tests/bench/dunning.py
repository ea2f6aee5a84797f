"""The section "dunning": a morning's reminders of thousands of overdue invoices.

Stock Community has no reminders; beside ours stands the loop that a firm would write:
one ``send_mail`` of a short template an invoice, queued. Items are put into the ledger
by SQL, 4 of 25 of them a payer's own; everything is rolled back.

``loop``      ``send_mail`` one by one, for a sample
``plan``      what leaves today, and why the rest does not
``messages``  the planned messages, kept: one a payer
``send``      the same planned again under lock, written, handed over and logged
"""

import math

from tests.bench import ageing, firm
from tests.bench.meter import Meter

STEPS = ("plan", "messages", "send")
PAYERS = 4 / 25  # 800 of 5 000
SAMPLE = 200


def prepare(env):
    """Give the firm its books, its policies and an address for answers."""
    firm.company(env)._legal_setup_money_categories()


def measure(env, count):
    """Remind of so many invoices; nothing of it is kept."""
    company = firm.company(env)
    env = env(user=env.ref("base.user_admin"), context={"lang": "fr_FR"})
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    # The run commits between its batches, which empties the caches: here they are
    # emptied alike, and nothing is committed.
    model = type(env["legal.dunning.action"])
    model._may_commit = lambda self: False
    model._commit = lambda self: self.env.invalidate_all()
    payers = max(1, round(count * PAYERS))
    lines = env["account.move.line"].browse(fill(env, company, count, payers))
    meter = Meter(env)
    loop = _measure_loop(env, meter, lines.move_id[:SAMPLE])
    Action = env["legal.dunning.action"].sudo().with_company(company)
    day = company._get_dunning_calendar().on_or_after(company._get_dunning_today())
    _warm_up(Action, company, day, lines[:1].partner_id)
    with meter.step("plan"):
        plan = Action._plan(day, company)
    with meter.step("messages"):
        actions = Action._materialise(plan)
    with meter.step("send"):
        actions._send(day)
    sent = actions.filtered(lambda action: action.state == "sent")
    if len(sent) != payers:
        reasons = (actions - sent).mapped("failure_reason")[:1]
        raise RuntimeError(f"{len(sent)} of {payers} messages left: {reasons}")
    return {
        "count": count,
        "payers": payers,
        "items": len(sent.line_ids),
        "loop_per_second": loop,
        "steps": meter.steps,
    }


def fill(env, company, count, payers):
    """Put overdue invoices of so many payers into the ledger; return the lines' ids."""
    ids = ageing.fill_invoices(env, company, count, payers)
    env.cr.execute(
        """UPDATE account_move m SET amount_total = l.balance,
                  amount_residual = l.balance, amount_total_signed = l.balance,
                  amount_residual_signed = l.balance, payment_state = 'not_paid',
                  invoice_date_due = l.date_maturity, payment_reference = m.name,
                  move_type = 'out_invoice', legal_client_kind = 'professional',
                  is_legal = TRUE
             FROM account_move_line l WHERE l.move_id = m.id AND l.id = ANY(%s)""",
        (ids,),
    )
    env.cr.execute(
        """UPDATE res_partner SET email = 'payeur' || id || '@client.example',
                  email_normalized = 'payeur' || id || '@client.example',
                  lang = 'fr_FR'
            WHERE id IN (SELECT partner_id FROM account_move_line WHERE id = ANY(%s))
        """,
        (ids,),
    )
    # As autovacuum does of a firm's ledger; here it cannot see what is not committed.
    env.cr.execute("ANALYZE account_move, account_move_line, res_partner")
    env.invalidate_all()
    return ids


class _Undone(Exception):
    """The first message is taken back."""


def _warm_up(Action, company, day, payer):
    """Send one message and take it back: words and views are loaded once a process,
    as the loop's first e-mail loads its own."""
    try:
        with Action.env.cr.savepoint():
            Action._materialise(Action._plan(day, company, payer))._send(day)
            raise _Undone
    except _Undone:
        Action.env.invalidate_all()


def _measure_loop(env, meter, moves):
    """Return invoices a second of the plain loop."""
    template = env["mail.template"].create(
        {
            "name": "Rappel",
            "model_id": env["ir.model"]._get_id("account.move"),
            "subject": "Facture {{ object.name }}",
            "body_html": "<p>La facture <t t-out='object.name'/> reste à régler pour"
            " <t t-out='object.amount_residual'/> €.</p>",
            "partner_to": "{{ object.partner_id.id }}",
        }
    )
    template.send_mail(moves[0].id)
    with meter.step("loop"):
        for move in moves:
            template.send_mail(move.id)
    env.invalidate_all()
    return len(moves) / meter.steps["loop"]["seconds"]


def summarise(raw):
    """Return {count: figures} and the growth between the first and the last."""
    found = {}
    for result in raw:
        seconds = sum(result["steps"][name]["seconds"] for name in STEPS)
        sql = sum(result["steps"][name]["sql"] for name in STEPS)
        found[str(result["count"])] = {
            **{name: result["steps"][name]["seconds"] for name in STEPS},
            "plan_sql": result["steps"]["plan"]["sql"],
            "seconds": seconds,
            "payers": result["payers"],
            "sql_per_message": sql / result["payers"],
            "per_second": result["items"] / seconds,
            "times_loop": result["items"] / seconds / result["loop_per_second"],
            "loop_per_second": result["loop_per_second"],
        }
    growth = None
    if len(raw) > 1:
        first, last = raw[0]["count"], raw[-1]["count"]
        ratio = found[str(last)]["seconds"] / found[str(first)]["seconds"]
        growth = math.log(ratio) / math.log(last / first)
    return {"sizes": found, "growth": growth}


def render(summary):
    """Return the lines of the section, for people."""
    lines = ["Reminders of overdue invoices (must: 2 × the loop):"]
    for count, one in summary["sizes"].items():
        lines.append(
            f"  {count} invoices of {one['payers']} payers: plan {one['plan']:.1f} s in"
            f" {one['plan_sql']} statements, messages {one['messages']:.1f} s, sending"
            f" {one['send']:.1f} s; {one['per_second']:.0f} invoices/s,"
            f" {one['times_loop']:.1f} × the loop ({one['loop_per_second']:.0f}/s),"
            f" {one['sql_per_message']:.0f} statements a message"
        )
    if summary["growth"] is not None:
        lines.append(f"  growth: exponent {summary['growth']:.2f}")
    return "\n".join(lines)
