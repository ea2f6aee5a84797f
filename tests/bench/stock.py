"""Stock's side: sale orders billed on time recorded, as ``sale_timesheet`` does it.

``drafts``   the orders' draft invoices, linked to their time
``posting``  all of them posted at once
``pdfs``     wkhtmltopdf, one invoice at a time: Debian's refuses more in one call
"""

from tests.bench import firm, pdfs
from tests.bench.meter import Meter

GROUPS = (
    "account.group_account_manager",
    "hr.group_hr_manager",
    "hr_timesheet.group_hr_timesheet_approver",
    "sales_team.group_sale_manager",
)


def prepare(env, count):
    """Add orders until there are ``count``, each with its time to bill."""
    env.ref("base.user_admin").group_ids |= env["res.groups"].union(
        *(env.ref(group) for group in GROUPS)
    )
    firm.company(env)
    products = _products(env)
    firm.fill_ledger(env)
    done = env["sale.order"].search_count([])
    clients = firm.clients(env, range(done, count))
    for start in range(done, count, firm.UNITS_PER_TEAM):
        some = range(start, min(start + firm.UNITS_PER_TEAM, count))
        _prepare_orders(env, some, clients, products)


def _products(env):
    tax = env["account.chart.template"].ref("tva_normale_encaissement")
    names = [f"Honoraires {grade}" for grade in firm.GRADES]
    products = env["product.product"].search([("name", "in", names)], order="id")
    return products or env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "list_price": rate,
                "invoice_policy": "delivery",
                "service_type": "timesheet",
                "service_tracking": "no",
                "uom_id": env.ref("uom.product_uom_hour").id,
                "taxes_id": [(6, 0, tax.ids)],
            }
            for name, rate in zip(names, firm.RATES, strict=True)
        ]
    )


def _prepare_orders(env, units, clients, products):
    projects = env["project.project"].create(
        [
            {
                "name": f"Dossier {unit:04d}",
                "partner_id": clients[unit].id,
                "allow_timesheets": True,
                "allow_billable": True,
            }
            for unit in units
        ]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": project.partner_id.id,
                "project_id": project.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 7})
                    for product in products
                ],
            }
            for project in projects
        ]
    )
    orders.action_confirm()
    values = []
    for unit, project, order in zip(units, projects, orders, strict=True):
        people, _new = firm.team(env, unit, "hr_timesheet.group_hr_timesheet_user")
        values += [
            {
                "project_id": project.id,
                "employee_id": people[who].id,
                "date": day,
                "unit_amount": hours,
                "name": what,
                "so_line": order.order_line[who].id,
                "is_so_line_edited": True,
            }
            for who, day, hours, what in firm.work(unit)
        ]
    env["account.analytic.line"].create(values)
    env.cr.commit()
    env.invalidate_all()


def measure(env, count, sample, report_url="", **options):
    """Bill all orders; return what it took. The caller rolls it back.

    :param str report_url: where wkhtmltopdf finds the assets; empty to print nothing
    """
    env["ir.config_parameter"].set_param("report.url", report_url)
    env.cr.commit()
    env = env(user=env.ref("base.user_admin"))
    _bill(Meter(env), env["sale.order"].search([], limit=firm.UNITS_PER_CLIENT))
    env.cr.rollback()
    env.invalidate_all()
    meter = Meter(env)
    moves = _bill(meter, env["sale.order"].search([]))
    if len(moves) != count:
        raise RuntimeError(f"{len(moves)} of {count} orders were billed.")
    result = {"memory": meter.memory(), "lines": len(moves.invoice_line_ids)}
    if report_url:
        result["pdfs"] = pdfs.measure(meter, moves, sample, in_one_call=False)
    return {**result, "steps": meter.steps}


def _bill(meter, orders):
    with meter.step("drafts"):
        # One invoice an order: by default those of a client are put together.
        moves = orders._create_invoices(grouped=True)
    with meter.step("posting"):
        moves.action_post()
    if set(moves.mapped("state")) != {"posted"}:
        raise RuntimeError("Some invoices were not posted.")
    return moves
