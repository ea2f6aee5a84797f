"""What the lifecycle tests do inside ``odoo shell``: each job takes ``env``.

The text of this file is sent to the shell of another process, see ``conftest``. Jobs
return plain values, and find again what others made: a process holds several of them
only because starting one takes so long. Those that run without our addons name nothing
of theirs.
"""

import base64
import hashlib

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

FIRM = {
    "name": "Lanterne Avocats",
    "company_registry": "90123456700016",
    "vat": "FR40303265045",
    "phone": "+33 1 44 00 00 00",
    "email": "contact@lanterne-avocats.example",
    "street": "12 rue des Lanternes",
    "zip": "75004",
    "city": "Paris",
}
CLIENT = {
    "name": "Ateliers Vauban SAS",
    "is_company": True,
    "company_registry": "73282932000074",
    "vat": "FR44732829320",
    "street": "3 quai du Port",
    "zip": "69002",
    "city": "Lyon",
    "email": "compta@ateliers-vauban.example",
}
IBAN = "FR7630006000011234567890189"


# -- a French firm -------------------------------------------------------------


def set_up_firm(env):
    """Give the company the French chart, a letterhead and a bank account."""
    company, france = env.company, env.ref("base.fr")
    company.partner_id.country_id = france
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
    company.write({**FIRM, "country_id": france.id})
    env["res.partner.bank"].create(
        {
            "acc_number": IBAN,
            "partner_id": company.partner_id.id,
            "allow_out_payment": True,
        }
    )
    env["res.partner"].create({**CLIENT, "country_id": france.id, "lang": "fr_FR"})
    user = env["res.users"].create({"name": "Claire Aubry", "login": "claire.aubry"})
    env["hr.employee"].create({"name": user.name, "user_id": user.id})


def _client(env):
    return env["res.partner"].search([("name", "=", CLIENT["name"])])


def _lawyer(env):
    return env["hr.employee"].search([("name", "=", "Claire Aubry")])


def price_hours(env):
    """Give the lawyer the rights of one, and an hour its price."""
    lawyer = _lawyer(env)
    lawyer.user_id.group_ids |= env.ref("legal_timesheet.group_legal_user")
    env["legal.rate"].create(
        {"employee_id": lawyer.id, "amount": 280, "date_from": "2025-01-01"}
    )


def _open_matter(env, matter):
    """Open a matter under an hourly agreement."""
    matter.opened_on = "2026-01-02"
    matter.action_open()
    terms = [Command.create({"kind": "hourly", "name": "Temps passé"})]
    env["legal.fee.agreement"].create(
        {
            "matter_id": matter.id,
            "date_from": "2026-01-02",
            "signed_on": "2026-01-02",
            "term_ids": terms,
        }
    ).action_sign()


def _create_matter(env):
    matter = env["legal.matter"].create(
        {
            "name": "Litige commercial",
            "partner_id": _client(env).id,
            "responsible_id": _lawyer(env).user_id.id,
        }
    )
    _open_matter(env, matter)
    return matter


def _work(env, project, hours, day):
    return env["account.analytic.line"].create(
        {
            "project_id": project.id,
            "employee_id": _lawyer(env).id,
            "date": day,
            "unit_amount": hours,
            "name": "interne",
        }
    )


def _add_cost(env, matter, code, amount, day, **more):
    category = env["legal.money.category"]._get_by_code(code, matter.company_id)
    env["legal.cost"].create(
        {
            "matter_id": matter.id,
            "category_id": category.id,
            "name": "Justificatif",
            "date": day,
            "unit_amount": amount,
            **more,
        }
    )


def _bill(env, matter, day):
    """Take a matter from its approved time to its posted invoice."""
    day = env["account.move"]._fields["date"].to_date(day)
    prebill, _warnings = env["legal.prebill"]._generate(matter, day)
    prebill.action_approve()
    move = prebill._create_invoices(day)
    move.action_post()
    return prebill, move


def _pay(env, move, amount, day):
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    ).create({"amount": amount, "payment_date": day})._create_payments()


# -- billing, then living without the addons -----------------------------------


def bill_matter(env):
    """Bill fees, an expense and a disbursement; have one invoice paid in part."""
    matter = _create_matter(env)
    _work(env, matter.project_id, 2.5, "2026-04-01")._legal_approve()
    _add_cost(env, matter, "expense", 84.5, "2026-04-02")
    proof = env["ir.attachment"].create({"name": "acte.pdf", "raw": b"%PDF-1.4"})
    _add_cost(
        env,
        matter,
        "disbursement",
        89.76,
        "2026-04-03",
        has_mandate=True,
        is_in_client_name=True,
        proof_attachment_ids=[Command.set(proof.ids)],
    )
    _prebill, april = _bill(env, matter, "2026-04-30")
    _work(env, matter.project_id, 1.5, "2026-05-04")._legal_approve()
    _prebill, may = _bill(env, matter, "2026-05-29")
    (april | may)._generate_and_send(sending_methods=["manual"])
    _pay(env, april, 500, "2026-05-15")
    return {
        "total": [april.amount_total, may.amount_total],
        "due": [april.amount_residual, may.amount_residual],
    }


def chase(env):
    """Have the unpaid invoices chased: messages, their texts and their lines."""
    day = env["account.move"]._fields["date"].to_date("2026-07-15")
    return len(env["legal.dunning.action"]._run(today=day))


def uninstall(env, names):
    """Uninstall addons the way the button does."""
    found = env["ir.module.module"].search([("name", "in", names)])
    found.button_immediate_uninstall()


def _describe_line(line):
    return {
        "id": line.id,
        "name": line.name,
        "account": line.account_id.code,
        "partner": line.partner_id.id,
        "debit": line.debit,
        "credit": line.credit,
        "quantity": line.quantity,
        "price": line.price_unit,
        "due": str(line.date_maturity),
        "taxes": line.tax_ids.mapped("name"),
        "boxes": line.tax_tag_ids.mapped("name"),
        "analytic": line.analytic_distribution,
        "residual": line.amount_residual,
        "matching": line.matching_number,
        "type": line.display_type,
    }


def _describe_files(env, move):
    """Return each file of a move with what it is to it; unreadable ones fail."""
    found = env["ir.attachment"].search(
        [
            ("res_model", "=", "account.move"),
            ("res_id", "=", move.id),
            ("id", "!=", 0),  # else the files held by fields are left out
        ],
        order="id",
    )
    return [
        (f.name, f.res_field, f.mimetype, hashlib.sha256(f.raw).hexdigest())
        for f in found
    ]


def describe_books(env):
    """Return all that the ledger says: entries, balances, files, hours worked."""
    moves = env["account.move"].search([("state", "=", "posted")], order="id")
    balances = env["account.move.line"]._read_group(
        [("parent_state", "=", "posted"), ("account_id", "!=", False)],
        ["account_id"],
        ["debit:sum", "credit:sum", "balance:sum"],
    )
    return {
        "moves": [
            {
                "name": move.name,
                "type": move.move_type,
                "date": str(move.date),
                "invoice_date": str(move.invoice_date),
                "due": str(move.invoice_date_due),
                "total": move.amount_total,
                "residual": move.amount_residual,
                "paid": move.payment_state,
                "reference": move.payment_reference,
                "lines": [_describe_line(line) for line in move.line_ids.sorted("id")],
                "files": _describe_files(env, move),
            }
            for move in moves
        ],
        "balance": sorted(
            [account.code, *map(env.company.currency_id.round, sums)]
            for account, *sums in balances
        ),
        "hours": env["account.analytic.line"]._read_group(
            [("project_id", "!=", False)], [], ["unit_amount:sum", "amount:sum"]
        ),
    }


def use_books(env):
    """Go on with stock Odoo alone: open, print, pay, reset and post again."""
    april, may = env["account.move"].search(
        [("move_type", "=", "out_invoice"), ("state", "=", "posted")], order="id"
    )
    for move in april | may:
        Form(move)  # the form view reads every field it shows
    html, _kind = env["ir.actions.report"]._render_qweb_html(
        "account.account_invoices", (april | may).ids
    )
    _pay(env, april, april.amount_residual, "2026-06-15")
    try:
        with env.cr.savepoint():
            may.button_draft()
        sealed = False
    except UserError:
        sealed = True  # the seal of a posted entry stays, as it must
    may._reverse_moves([{"invoice_date": may.invoice_date}], cancel=True)
    return {
        "printed": [move.name in html.decode() for move in april | may],
        "paid": april.payment_state,
        "sealed": sealed,
        "due": may.amount_residual,
        "page": april.get_portal_url(),
    }


# -- beside sale_timesheet -----------------------------------------------------


def sell_project(env, name, hours, invoiced=True):
    """Sell a project by the hour through stock, work on it and invoice the work."""
    product = env["product.product"].create(
        {
            "name": "Conseil",
            "type": "service",
            "invoice_policy": "delivery",
            "service_type": "timesheet",
            "service_tracking": "no",
            "list_price": 100,
            "uom_id": env.ref("uom.product_uom_hour").id,
        }
    )
    line = Command.create({"product_id": product.id, "product_uom_qty": 10})
    order = env["sale.order"].create(
        {"partner_id": _client(env).id, "order_line": [line]}
    )
    order.action_confirm()
    project = env["project.project"].create(
        {
            "name": name,
            "partner_id": _client(env).id,
            "user_id": _lawyer(env).user_id.id,
            "allow_timesheets": True,
            "allow_billable": True,
            "sale_line_id": order.order_line.id,
        }
    )
    _work(env, project, hours, "2026-04-07")
    if invoiced:
        order._create_invoices().action_post()


def _find_project(env, name):
    return env["project.project"].search([("name", "=", name)])


def work_more(env, name, hours, day):
    """Work on a project after its order was invoiced."""
    _work(env, _find_project(env, name), hours, day)


def work_on_matter(env, hours):
    """Work on a new matter; the time is approved and not billed yet."""
    matter = _create_matter(env)
    _work(env, matter.project_id, hours, "2026-04-08")._legal_approve()


def make_matter(env, name):
    """Turn a project sold by stock into a matter."""
    project = _find_project(env, name)
    project.action_make_matter()
    _open_matter(env, project.matter_id)
    project.timesheet_ids._legal_approve()


def bill_everything(env):
    """Invoice what orders and matters still offer, twice, to see what doubles."""
    for _again in range(2):
        for order in env["sale.order"].search([("state", "=", "sale")]):
            if order.invoice_status == "to invoice":
                order._create_invoices().action_post()
        for matter in env["legal.matter"].search([]):
            day = env["account.move"]._fields["date"].to_date("2026-04-30")
            if env["legal.prebill"]._generate(matter, day)[0]:
                _bill(env, matter, "2026-04-30")


def send_invoices(env):
    """Send all that was issued, of orders and of matters, in one batch; their files."""
    domain = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
    moves = env["account.move"].search(domain)
    env["account.move.send"]._generate_and_send_invoices(moves, sending_methods=[])
    return [
        {
            "is_legal": move.is_legal,
            "pdf": base64.b64encode(move.invoice_pdf_report_id.raw or b"").decode(),
            "xml": base64.b64encode(move.ubl_cii_xml_id.raw or b"").decode(),
        }
        for move in moves
    ]


def count_hours(env):
    """Return hours worked and hours on posted invoices, and who billed each entry."""
    hour = env.ref("uom.product_uom_hour")
    lines = env["account.move.line"].search(
        [
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
            ("product_uom_id", "=", hour.id),
        ]
    )
    entries = env["account.analytic.line"].search(
        [("project_id", "!=", False), ("unit_amount", "!=", 0)]
    )
    return {
        "worked": sum(entries.mapped("unit_amount")),
        "sold": sum(lines.filtered("sale_line_ids").mapped("quantity")),
        "matters": sum(lines.filtered("matter_id").mapped("quantity")),
        "billers": sorted(
            [
                entry.unit_amount,
                bool(entry.timesheet_invoice_id),
                bool(entry.prebill_line_ids),
            ]
            for entry in entries
        ),
    }
