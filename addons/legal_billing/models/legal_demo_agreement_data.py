"""Agreements of the demo firm that wait, were refused or changed; who pays what."""

#: client billed in Swiss francs: francs for one euro, this month's rate first
IN_FRANCS = "geneve"
CHF_RATES = (0.9312, 0.9298, 0.9347, 0.9389, 0.9341, 0.9375, 0.9368, 0.9402)
#: the scale in francs, from the scale in euros
CHF_FACTOR = 1.1

#: a long trial: signed online today, from today on
AMENDED = {
    "matter": "transport",
    "cap": 30000.0,
    "steps": [(20.0, 10.0), (60.0, 15.0)],
    "estimate": 28000.0,
}
#: in draft since last month's first day
AMENDING = {"matter": "marche", "blended_rate": 225.0}

#: before the client, who has not answered yet
SENT = {
    "matter": "marque",
    "word": (
        "Comme convenu à Genève, voici la convention en francs suisses. Je reste à"
        " votre disposition avant signature."
    ),
}

#: a small matter, opened some days ago
REFUSED = {
    "name": "Bail d'habitation – restitution du dépôt de garantie",
    "client": "nguyen",
    "area": "real_estate",
    "lead": "claire",
    "term": {
        "kind": "fixed",
        "name": "Mise en demeure et saisine du juge",
        "amount": 950.0,
        "instalments": [("Totalité, à la signature", "signature", 950.0)],
    },
    "word": (
        "Le forfait me paraît élevé pour un dépôt de 1 400 €. Serait-il possible de"
        " le payer en trois fois, ou de commencer par la seule mise en demeure ?"
    ),
}

INSURER = {
    "name": "Beauce Protection Juridique SA",
    "is_company": True,
    "street": "14 place des Halles",
    "zip": "28000",
    "city": "Chartres",
    "country": "FR",
    "siren": "999003072",
    "email": "sinistres@beauce-pj.example.com",
}
NEIGHBOUR = {
    "name": "SCI du 26 rue des Lilas",
    "is_company": True,
    "street": "26 rue des Lilas",
    "zip": "94300",
    "city": "Vincennes",
    "country": "FR",
    "siren": "999003445",
    "email": "gerance@sci-lilas26.example.com",
}
#: the insurer's scale and ceiling, the neighbour's share, the rest for the client
PAID_BY_THREE = {
    "matter": "malfacons",
    "ceiling": 2000.0,
    "claim": "PJ-2026-08841",
    "scale": [
        ("Assignation en référé expertise", 720.0),
        ("Assistance à une réunion d'expertise", 430.0),
        ("Dire à expert", 290.0),
    ],
    "percent": 25.0,
}

#: to the expert's meeting and back, at the firm's scale
DRIVE = {
    "matter": "malfacons",
    "on": (2, 17),
    "who": "julien",
    "vehicle": "cv5",
    "rate": 0.65,
    "distance": 72.0,
    "name": "Déplacement sur site, réunion d'expertise",
    "source": "Décision du cabinet",
}
