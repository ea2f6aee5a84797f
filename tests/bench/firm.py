"""The firm that both sides bill for: the same company, clients, people and work.

One unit is one matter of ours, or one sale order of stock's: ``ENTRIES`` time entries
of three people, shared evenly, which become three lines of an invoice.
"""

from datetime import date, timedelta

from stdnum import luhn

ENTRIES = 20
UNITS_PER_CLIENT = 3
UNITS_PER_TEAM = 50  # nobody works more than 24 hours a day
HOURS = (0.5, 0.8, 1.0, 1.2)
DAYS = 40
#: entries that a firm's ledger holds already; over none PostgreSQL plans badly
IN_LEDGER = 500
RATES = (280, 220, 180)
GRADES = ("partner", "senior_associate", "associate")
WORK = "Analyse des pièces adverses et rédaction d'une note au client"
ACTS = (
    "Analyse",
    "Relecture",
    "Rédaction",
    "Préparation",
    "Correction",
    "Étude",
    "Mise au point",
)
OBJECTS = (
    "des conclusions en réponse au fond",
    "des pièces adverses communiquées",
    "de la note au client sur les chances de succès",
    "du bordereau de communication",
    "de l'assignation en référé",
    "du protocole transactionnel",
    "des plaidoiries",
    "de la requête aux fins d'expertise",
    "du rapport de l'expert judiciaire",
    "de la clause de non-concurrence",
    "des comptes entre associés",
)


def today():
    """Return the day on which all is billed."""
    return date.today()


def opened_on():
    """Return a day before all work."""
    return today() - timedelta(days=2 * DAYS)


def fill_ledger(env):
    """Post what a firm's ledger holds before: entries of last year, made once.

    On a ledger without a row PostgreSQL takes plans for its queries that no firm
    would ever see again after its first day.
    """
    journal = env["account.journal"].search([("type", "=", "general")], limit=1)
    last_year = date(today().year - 1, 12, 31)
    known = [("journal_id", "=", journal.id), ("date", "=", last_year)]
    if env["account.move"].search_count(known, limit=1):
        return
    accounts = [
        env["account.account"].search([("account_type", "=", kind)], limit=1).id
        for kind in ("asset_current", "income_other")
    ]
    moves = env["account.move"].create(
        [
            {
                "journal_id": journal.id,
                "date": last_year,
                "line_ids": [
                    (0, 0, {"account_id": account, "name": WORK, side: 100.0 + rank})
                    for account, side in zip(accounts, ("debit", "credit"), strict=True)
                ],
            }
            for rank in range(IN_LEDGER)
        ]
    )
    moves.action_post()
    env.cr.commit()
    env.invalidate_all()


def siret(rank):
    """Return a SIRET whose two check digits are right."""
    siren = f"{30_000_000 + rank}"
    siren += luhn.calc_check_digit(siren)
    number = f"{siren}0001"
    return number + luhn.calc_check_digit(number)


def company(env):
    """Return the company, with the French chart and a letterhead; made once."""
    firm = env.company
    if firm.chart_template != "fr":
        firm.partner_id.country_id = env.ref("base.fr")
        env["account.chart.template"].try_loading("fr", firm, install_demo=False)
        firm.write(
            {
                "name": "Lanterne Avocats",
                "company_registry": siret(1),
                "vat": "FR40303265045",
                "phone": "+33 1 44 00 00 00",
                "email": "contact@lanterne-avocats.example",
                "street": "12 rue des Lanternes",
                "zip": "75004",
                "city": "Paris",
            }
        )
        env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": firm.partner_id.id,
                "allow_out_payment": True,
            }
        )
    return firm


def clients(env, units):
    """Return the client of each unit, one for ``UNITS_PER_CLIENT`` of them.

    :param range units: ranks of units not made yet
    """
    names = {rank: f"Client {rank // UNITS_PER_CLIENT:04d} SAS" for rank in units}
    known = env["res.partner"].search([("name", "in", list(set(names.values())))])
    by_name = {partner.name: partner for partner in known}
    missing = sorted(set(names.values()) - by_name.keys())
    made = env["res.partner"].create(
        [
            {
                "name": name,
                "is_company": True,
                "company_registry": siret(1_000 + int(name.split()[1])),
                "street": "3 quai du Port",
                "zip": "69002",
                "city": "Lyon",
                "country_id": env.ref("base.fr").id,
                "email": "compta@client.example",
                "lang": "fr_FR",
            }
            for name in missing
        ]
    )
    by_name.update({partner.name: partner for partner in made})
    return {rank: by_name[name] for rank, name in names.items()}


def team(env, unit, group):
    """Return the three employees who work on a unit.

    :param str group: what their users are, as an xml id
    """
    names = [f"Avocat {unit // UNITS_PER_TEAM:02d}.{who}" for who in range(3)]
    found = env["hr.employee"].search([("name", "in", names)], order="name")
    if found:
        return found, False
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": name,
                    "login": name.lower().replace(" ", "."),
                    "group_ids": [(6, 0, env.ref(group).ids)],
                }
                for name in names
            ]
        )
    )
    made = env["hr.employee"].create(
        [{"name": user.name, "user_id": user.id} for user in users]
    )
    return made, True


def work(unit):
    """Yield (who of three, day, hours, what) for each time entry of a unit.

    On working days, and in words that differ: checks find little to say of it.
    """
    for rank in range(ENTRIES):
        turn, who = divmod(rank, 3)
        weeks, weekday = divmod((7 * unit + turn) % DAYS, 5)
        ago = today().weekday() + 7 * (weeks + 1) - weekday
        words = unit * ENTRIES + rank
        what = f"{ACTS[words % len(ACTS)]} {OBJECTS[words % len(OBJECTS)]}"
        yield who, today() - timedelta(days=ago), HOURS[rank % len(HOURS)], what


def let_no_mail_out(env):
    """Keep e-mails in the machine, and the transaction open to its end."""
    server, send = type(env["ir.mail_server"]), type(env["account.move.send"])
    server._connect__ = lambda self, *args, **kwargs: None
    server.send_email = lambda self, message, *args, **kwargs: message["Message-Id"]
    send._can_commit = lambda self: False
