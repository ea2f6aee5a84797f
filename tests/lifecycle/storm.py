"""Invoices that many pay at once: sent to ``odoo shell``, after ``jobs.py``."""

from odoo import Command


def fill_storm(env, payers):
    """Make payers with open invoices, and a provider that plays payments.

    :param payers: how many invoices each payer has
    :return: what a browser needs: {provider, method, payers: [{path, invoices}]}
    """
    company = env.company
    company._legal_setup_money_categories()
    provider = env.ref("payment.payment_provider_demo").sudo()
    method = env.ref("payment_demo.payment_method_demo").sudo()
    method.active = True
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    provider.write(
        {
            "company_id": company.id,
            "state": "test",
            "is_published": True,
            "payment_method_ids": [Command.set(method.ids)],
            "journal_id": journal.id,
        }
    )
    provider._ensure_payment_method_line()
    env["ir.config_parameter"].sudo().set_param(
        "account_payment.enable_portal_payment", "True"
    )
    # from one machine here: what is counted elsewhere must not hide the races
    for name in ("payment", "payment_address"):
        env["ir.config_parameter"].set_param(f"legal_timesheet.limit_{name}", "0")
    category = env["legal.money.category"]._get_by_code("fee", company)
    known = env["res.partner"].search([("name", "=", CLIENT["name"])], limit=1)  # noqa: F821
    matter = _create_matter(env)  # noqa: F821
    found = []
    for rank, count in enumerate(payers):
        payer = known.copy({"name": f"Payeur {rank}", "email": f"p{rank}@x.example"})
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": payer.id,
                    "invoice_date": "2026-03-02",
                    "invoice_payment_term_id": False,
                    "invoice_date_due": f"2026-04-{1 + number:02}",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Honoraires",
                                "price_unit": 100.01 + 33.33 * number + rank,
                                "account_id": category.account_id.id,
                                "tax_ids": [Command.set(category.tax_id.ids)],
                                "matter_id": matter.id,
                                "legal_category_id": category.id,
                            }
                        )
                    ],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        link = env["legal.client.link"]._get_for(payer, company)
        found.append({"path": link._get_path(), "invoices": moves.ids})
    return {"provider": provider.id, "method": method.id, "payers": found}


def end_storm(env):
    """Do what the clock would: bring what is paid to the books; return the facts."""
    transactions = env["payment.transaction"].search([])
    fresh = transactions.filtered(lambda tx: tx.state == "done" and not tx.payment_id)
    left = len(fresh)
    for transaction in fresh:
        transaction._post_process()
    env.flush_all()
    env.invalidate_all()
    done = transactions.filtered(lambda tx: tx.state == "done")
    payments = env["account.payment"].search(
        [("payment_transaction_id", "in", transactions.ids)]
    )
    moves = env["account.move"].search(
        [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
    )
    receivable = payments.move_id.line_ids.filtered(
        lambda li: li.account_id.account_type == "asset_receivable"
    )
    entries = env["account.move"].search([("state", "=", "posted")])
    vat = entries.filtered("tax_cash_basis_origin_move_id").line_ids
    vat = vat.filtered(lambda li: li.account_id.code.startswith("44571"))
    return {
        "posted_by_the_clock": left,
        "done": len(done),
        "states": _count(transactions.mapped("state")),
        "captured": round(sum(done.mapped("amount")), 2),
        "payments": round(sum(payments.mapped("amount")), 2),
        "payments_of_done": sorted(payments.payment_transaction_id.ids)
        == sorted(done.ids)
        and len(payments) == len(done),
        "shares": round(sum(done.legal_share_ids.mapped("amount")), 2),
        "settled": round(sum(done.legal_share_ids.mapped("amount_settled")), 2),
        "reconciled": round(
            sum(receivable.matched_debit_ids.mapped("credit_amount_currency")), 2
        ),
        "left_over": round(-sum(receivable.mapped("amount_residual")), 2),
        "paid_of_invoices": round(
            sum(move.amount_total - move.amount_residual for move in moves), 2
        ),
        "overpaid": [
            move.name
            for move in moves
            if not -0.001 <= move.amount_residual <= move.amount_total + 0.001
        ],
        "invoiced": round(sum(moves.mapped("amount_total")), 2),
        "unbalanced": [
            entry.name
            for entry in entries
            if abs(sum(entry.line_ids.mapped("balance"))) > 0.001
        ],
        "vat_due": round(-sum(vat.mapped("balance")), 2),
        "vat_of_paid": round(
            sum(
                move.amount_tax * (1 - move.amount_residual / move.amount_total)
                for move in moves
            ),
            2,
        ),
    }


def _count(states):
    return {state: states.count(state) for state in sorted(set(states))}
