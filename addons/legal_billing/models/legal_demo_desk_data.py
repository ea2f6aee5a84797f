"""What lies on the demo firm's desk today; keys are those of the matters and people.

It is told in the words of the firm itself, which is French.
"""

RULE = {
    "name": "Relecture du cabinet",
    # who, from an amount excl. VAT, given up beyond
    "approver": ("helene", 3000.0, 500.0),
}

#: matter: (days ago, who, hours, activity, narrative)
DESK = {
    "transport": [
        (
            10,
            "claire",
            1.2,
            "call",
            "Entretien téléphonique avec la direction juridique sur l'offre"
            " transactionnelle",
        ),
        # several acts in one block of time
        (
            9,
            "sofia",
            6.5,
            "acts",
            "Rédaction des conclusions récapitulatives, recherche sur la durée du"
            " préavis, appel de l'expert-comptable et préparation du bordereau de"
            " pièces",
        ),
        # tells the client nothing
        (7, "claire", 0.5, "mail", "RDV"),
        # a word between colleagues
        (
            6,
            "claire",
            1.8,
            "acts",
            "Reprise des conclusions sur le préjudice (à ne pas facturer ?)",
        ),
        (
            5,
            "antoine",
            2.0,
            "meeting",
            "Réunion avec le client : chiffrage du préjudice et calendrier de"
            " procédure",
        ),
    ],
    "franchise": [
        (
            11,
            "julien",
            4.0,
            "contract",
            "Rédaction du document d'information précontractuelle",
        ),
        (8, "helene", 1.5, "meeting", "Réunion territoire / redevances"),
        (
            6,
            "julien",
            2.4,
            "research",
            "Recherche sur l'article L. 330-3 du code de commerce et l'exclusivité"
            " territoriale",
        ),
        (
            4,
            "helene",
            0.6,
            "mail",
            "Observations sur le projet de contrat adressées au franchiseur",
        ),
    ],
    "marche": [
        (
            8,
            "claire",
            3.0,
            "acts",
            "Rédaction du mémoire en réplique devant le juge du référé précontractuel",
        ),
        (6, "antoine", 1.0, "call", "Point téléphonique avec le service des marchés"),
    ],
}
REWRITTEN = "Réunion avec le franchiseur : territoire concédé et calcul des redevances"
NOTE = (
    "Comme convenu, la revue de nos propres échanges sur le projet vous est offerte"
    " ce mois-ci."
)
#: whose line, and what the responsible asks about it
COMMENT = ("claire", "Cet appel portait-il aussi sur la médiation ? Merci de préciser.")
HOLD_REASON = "La commune délibère sur le mandatement au prochain conseil municipal"
HOLD_DAYS = 21
