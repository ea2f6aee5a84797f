"""What the demo firm agreed with its clients, and what it paid for them.

Keys are those of the matters. Three of them are worked cases, so that anybody
can check the invoice by hand; their time is given instead of drawn.
"""

FIRM = {
    "legal_form": "SELARL",
    "legal_bar": "Paris",
    "legal_capital": 40000.0,
    "rcs_city": "Paris",
    # until its history is posted, see _run_main_job
    "legal_seals_entries": False,
}
IBAN = "FR7630006000011234567890189"

#: matter: terms; an instalment is (name, months before today's month or
#: "signature", amount), due on that month's 15th
AGREEMENTS = {
    # 6,5 × 280 + 9,2 × 220 + 8,4 × 180 = 5 356, capped at 5 000, + 150
    "cession": [{"kind": "hourly", "cap_amount": 5000.0}],
    # 17,7 h of a package of 15; 2,7 × 200 = 540 + the second half, 1 500
    "licenciement": [
        {
            "kind": "fixed",
            "name": "Forfait licenciement",
            "amount": 3000.0,
            "included_hours": 15.0,
            "overrun_rate": 200.0,
            "instalments": [
                ("Première moitié, à la signature", "signature", 1500.0),
                ("Solde du forfait", 1, 1500.0),
            ],
        }
    ],
    # 1 200 + 84,50 with VAT; 89,76 + 13 + 225 without
    "sinistre": [
        {
            "kind": "fixed",
            "name": "Audience",
            "amount": 1200.0,
            "instalments": [("Audience de plaidoirie", 1, 1200.0)],
        }
    ],
    # beyond 20 h, 10 % off
    "transport": [{"kind": "hourly", "steps": [(20.0, 10.0)]}],
    # 450 a month with 2,5 h, then 190 an hour; at most 2 h are kept
    "abonnement": [
        {
            "kind": "subscription",
            "name": "Abonnement conseil social",
            "amount": 450.0,
            "included_hours": 2.5,
            "overrun_rate": 190.0,
            "carry_over": "limited",
            "carry_limit": 2.0,
        }
    ],
    # 30 h at most, then 150 an hour; 8 % of the result up to 50 000, 6 % above
    "succession": [
        {
            "kind": "hourly",
            "cap_hours": 30.0,
            "at_cap": "reduced",
            "reduced_rate": 150.0,
        },
        {
            "kind": "success",
            "name": "Honoraire de résultat",
            "success_base": "gained",
            "success_trigger": "irrevocable",
            "tiers": [(0.0, 8.0), (50000.0, 6.0)],
        },
    ],
    "divorce": [
        {
            "kind": "fixed",
            "name": "Forfait divorce",
            "amount": 2400.0,
            "instalments": [
                ("Premier versement, à la signature", "signature", 800.0),
                ("Deuxième versement", 3, 800.0),
                ("Solde", "milestone", 800.0),
            ],
        }
    ],
    "malfacons": [{"kind": "hourly", "cap_amount": 12000.0}],
    # one rate for everybody
    "marche": [{"kind": "hourly", "name": "Taux unique", "blended_rate": 210.0}],
    "franchise": [
        {"kind": "opening", "name": "Ouverture du dossier", "amount": 300.0},
        {"kind": "hourly"},
    ],
    # Not signed yet: the run names it and bills the others.
    "marque": [{"kind": "hourly", "cap_amount": 8000.0}],
    # a bit of everything
    "projet_cobalt": [
        {"kind": "opening", "name": "Ouverture du dossier", "amount": 500.0},
        {"kind": "hourly", "discount_percent": 5.0},
        {
            "kind": "minimum",
            "name": "Minimum mensuel",
            "amount": 1500.0,
            "minimum_scope": "period",
        },
        {"kind": "expense", "name": "Frais de dossier", "expense_percent": 4.0},
        {
            "kind": "success",
            "name": "Honoraire de résultat",
            "success_base": "gained",
            "success_trigger": "decision",
            "ceiling_amount": 40000.0,
            "tiers": [(0.0, 1.0), (2000000.0, 0.5)],
        },
    ],
}
#: matter: what confirming makes an instalment billable
MILESTONES = {"divorce": "Convention déposée chez le notaire"}
#: matter: (months before, day, sum obtained, result), worth 4 000 + 807 = 4 807
OUTCOMES = {
    "succession": (1, 12, 63450.0, "Jugement de partage du tribunal judiciaire"),
}
UNSIGNED = ("marque",)
NEUTRAL = ("projet_cobalt", "franchise")
ESTIMATES = {
    "cession": 5000.0,
    "transport": 22000.0,
    "succession": 9000.0,
    "malfacons": 11000.0,
    "marche": 8500.0,
    "franchise": 7500.0,
    "marque": 9000.0,
    "projet_cobalt": 15000.0,
}

#: matter: (months before, day, who, hours, activity, narrative)
WORKED_TIME = {
    "cession": [
        (1, 2, "helene", 2.5, "meeting", 0),
        (1, 5, "julien", 3.0, "exhibits", 1),
        (1, 7, "claire", 3.2, "research", 2),
        (1, 9, "claire", 2.5, "contract", 3),
        (1, 13, "julien", 2.4, "exhibits", 5),
        (1, 15, "claire", 3.5, "contract", 6),
        (1, 19, "helene", 4.0, "meeting", 9),
        (1, 21, "julien", 3.0, "formalities", 11),
    ],
    "licenciement": [
        (3, 5, "claire", 2.0, "meeting", 0),
        (3, 9, "sofia", 4.0, "exhibits", 1),
        (2, 4, "sofia", 3.5, "acts", 3),
        (2, 16, "claire", 4.0, "acts", 6),
        (1, 6, "claire", 1.7, "hearing", 5),
        (1, 14, "sofia", 2.5, "acts", 9),
    ],
    "sinistre": [
        (1, 6, "julien", 3.5, "acts", 11),
        (1, 12, "helene", 2.0, "hearing", 12),
        (1, 12, "helene", 1.5, "travel", 10),
    ],
}

#: matter: (category, months before, day, amount, justification, paid to)
COSTS = {
    "cession": [
        ("admin_fee", 1, 2, 150.0, "Frais de dossier : ouverture et archivage", None),
    ],
    "sinistre": [
        ("expense", 1, 12, 84.50, "Train Paris–Lille aller-retour, audience", "SNCF"),
        (
            "disbursement",
            1,
            5,
            89.76,
            "Signification de l'assignation",
            "SCP Vidal et Morin, commissaires de justice",
        ),
        ("disbursement", 1, 6, 225.0, "Timbre fiscal, appel", "Trésor public"),
        ("pleading_duty", 1, 12, 13.0, "Droit de plaidoirie", "CNBF"),
    ],
    "transport": [
        (
            "expense",
            3,
            11,
            62.40,
            "Coursier, dépôt des conclusions",
            "Coursiers réunis",
        ),
        ("disbursement", 2, 8, 35.21, "Extrait K-bis et statuts", "Greffe de Lyon"),
        ("expense", 1, 20, 118.0, "Train Paris–Lyon aller-retour, audience", "SNCF"),
        ("pleading_duty", 1, 20, 13.0, "Droit de plaidoirie", "CNBF"),
    ],
    "malfacons": [
        (
            "disbursement",
            1,
            9,
            142.08,
            "Signification de l'ordonnance",
            "SCP Vidal et Morin, commissaires de justice",
        ),
    ],
    "succession": [
        ("disbursement", 2, 22, 61.5, "Relevé de publicité foncière", "DGFiP"),
    ],
    "projet_cobalt": [
        ("expense", 1, 16, 240.0, "Salle de données électronique, octobre", "DataPli"),
    ],
}
#: its proof is missing: it waits, and the run says so
UNPROVEN = {"malfacons": (1, 9)}

#: clients who let their invoices fall overdue
LATE_CLIENTS = ("meridien", "dubreuil", "syndicat", "martin")
#: nobody knows their e-mail address: they get letters
WITHOUT_EMAIL = ("dubreuil", "syndicat")

#: matter: (months before, day, amount excl. VAT, work, is it paid)
PROVISIONS = {
    "transport": (
        3,
        3,
        2000.0,
        "Rédaction des conclusions et audience de plaidoirie",
        True,
    ),
    # More than the months billed by now come to: a part of it is left.
    "projet_cobalt": (
        3,
        20,
        15000.0,
        "Audit d'acquisition, négociation du protocole et de la garantie de passif",
        True,
    ),
    "malfacons": (1, 24, 1500.0, "Suivi de l'expertise judiciaire et dires", False),
}
