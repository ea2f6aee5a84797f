"""The demo firm in plain data: who, for whom, on what, at which price.

Everything is fictional. Keys are symbolic: the addons above add their own part
of the story to the same people, clients and matters.
"""

FIRM = {
    "name": "Lanterne Avocats",
    "street": "18 rue de la Lanterne",
    "zip": "75004",
    "city": "Paris",
    "phone": "+33 1 99 00 14 40",
    "email": "cabinet@lanterne-avocats.example.com",
    "website": "https://lanterne-avocats.example.com",
    "company_registry": "99900270200010",
    "vat": "FR88999002702",
}

#: key: (name, login, grade, groups beyond lawyer)
PEOPLE = {
    "helene": (
        "Hélène Vasseur",
        "helene",
        "partner",
        ("office", "administrator", "management"),
    ),
    "antoine": ("Antoine Mercier", "antoine", "partner", ()),
    "claire": ("Claire Rousseau", "claire", "senior_associate", ()),
    "julien": ("Julien Lambert", "julien", "associate", ()),
    "sofia": ("Sofia Benali", "sofia", "associate", ()),
    "lucas": ("Lucas Fontaine", "lucas", "paralegal", ()),
    "marine": ("Marine Duval", "marine", None, ("office",)),
}

#: key: billable hours a year
TARGETS = {
    "helene": 220.0,
    "antoine": 180.0,
    "claire": 260.0,
    "julien": 320.0,
    "sofia": 320.0,
    "lucas": 150.0,
}

#: key: hours to record on a working day, in a firm that tries the product out
HOURS_A_DAY = {
    "helene": 1.0,
    "antoine": 1.0,
    "claire": 1.5,
    "julien": 1.5,
    "sofia": 1.5,
    "lucas": 1.0,
}

#: the matter whose client approves the time, and the word of the last request
ASKED = {
    "matter": "marque",
    "message": "Voici nos diligences du mois, comme convenu lors de notre appel.",
}

#: work of the firm on itself: (activity, minutes, who, narrative), once a month
FIRM_WORK = [
    ("internal", 60, ("helene", "antoine", "claire"), "Réunion des associés"),
    ("internal", 45, ("julien", "sofia", "lucas"), "Réunion d'équipe"),
    (
        "training",
        180,
        ("julien", "sofia"),
        "Formation continue : actualité du droit des contrats",
    ),
    ("training", 120, ("claire",), "Formation continue : procédure d'appel"),
    ("prospecting", 90, ("helene",), "Petit déjeuner avec le réseau d'entreprises"),
]

#: free work for a client: (matter, minutes, narrative), by who answers for it
PRO_BONO = [
    ("divorce", 90, "Assistance devant le bureau d'aide aux victimes, sans honoraires"),
    ("divorce", 60, "Relecture du dossier d'aide juridictionnelle, sans honoraires"),
]

#: grade: (rate of the years before, rate of this year), per hour, VAT excluded
RATES = {
    "partner": (265.0, 280.0),
    "counsel": (235.0, 250.0),
    "senior_associate": (205.0, 220.0),
    "associate": (170.0, 180.0),
    "trainee": (80.0, 90.0),
    "paralegal": (110.0, 120.0),
}

#: key: values of the partner; "contact" is the person who writes
CLIENTS = {
    "boulangerie": {
        "name": "Boulangeries du Marais SAS",
        "is_company": True,
        "street": "41 rue de Bretagne",
        "zip": "75003",
        "city": "Paris",
        "country": "FR",
        "siren": "999000482",
        "email": "direction@boulangeries-marais.example.com",
        "contact": ("Philippe Garnier", "p.garnier@boulangeries-marais.example.com"),
    },
    "meridien": {
        "name": "Méridien Logistique SA",
        "is_company": True,
        "street": "12 avenue de l'Europe",
        "zip": "69800",
        "city": "Saint-Priest",
        "country": "FR",
        "siren": "999000854",
        "email": "juridique@meridien-logistique.example.com",
        "contact": ("Nathalie Perrin", "n.perrin@meridien-logistique.example.com"),
    },
    "atelier": {
        "name": "Atelier Verre & Lumière SARL",
        "is_company": True,
        "street": "7 impasse des Vignes",
        "zip": "44000",
        "city": "Nantes",
        "country": "FR",
        "siren": "999001225",
        "email": "contact@verre-lumiere.example.com",
        "contact": ("Yann Le Goff", "y.legoff@verre-lumiere.example.com"),
    },
    "novapharm": {
        "name": "Novapharm Développement SAS",
        "is_company": True,
        "street": "5 rue des Sciences",
        "zip": "92100",
        "city": "Boulogne-Billancourt",
        "country": "FR",
        "siren": "999001597",
        "email": "dg@novapharm-dev.example.com",
        "contact": ("Isabelle Charrier", "i.charrier@novapharm-dev.example.com"),
    },
    "assurance": {
        "name": "Mutuelle Horizon Assurances",
        "is_company": True,
        "street": "90 boulevard Haussmann",
        "zip": "75008",
        "city": "Paris",
        "country": "FR",
        "siren": "999001969",
        "email": "sinistres@horizon-assurances.example.com",
        "contact": ("Gilles Roche", "g.roche@horizon-assurances.example.com"),
    },
    "syndicat": {
        "name": "Syndicat des copropriétaires 24 rue des Lilas",
        "is_company": True,
        "kind": "nonprofessional",
        "street": "24 rue des Lilas",
        "zip": "94300",
        "city": "Vincennes",
        "country": "FR",
        "email": "syndic@lilas24.example.com",
    },
    "commune": {
        "name": "Commune de Saint-Aubin-sur-Orge",
        "is_company": True,
        "kind": "public",
        "street": "1 place de la Mairie",
        "zip": "91700",
        "city": "Saint-Aubin-sur-Orge",
        "country": "FR",
        "siren": "999002330",
        "email": "mairie@saint-aubin-orge.example.com",
    },
    "bruxelles": {
        "name": "Brasserie du Canal SRL",
        "is_company": True,
        "street": "Quai aux Briques 32",
        "zip": "1000",
        "city": "Bruxelles",
        "country": "BE",
        "vat": "BE0999041206",
        "email": "info@brasserie-canal.example.com",
        "contact": ("Joris Peeters", "j.peeters@brasserie-canal.example.com"),
    },
    "geneve": {
        "name": "Horlogerie Lacroix-Favre SA",
        "is_company": True,
        "street": "Rue du Rhône 58",
        "zip": "1204",
        "city": "Genève",
        "country": "CH",
        "email": "secretariat@lacroix-favre.example.com",
        "contact": ("Béatrice Favre", "b.favre@lacroix-favre.example.com"),
    },
    "martin": {
        "name": "Sylvie Martin",
        "street": "3 rue du Moulin",
        "zip": "78000",
        "city": "Versailles",
        "country": "FR",
        "email": "sylvie.martin@courriel.example.com",
    },
    "dubreuil": {
        "name": "Marc Dubreuil",
        "street": "15 allée des Tilleuls",
        "zip": "77300",
        "city": "Fontainebleau",
        "country": "FR",
        "email": "marc.dubreuil@courriel.example.com",
    },
    "nguyen": {
        "name": "Linh Nguyen",
        "street": "62 avenue de Choisy",
        "zip": "75013",
        "city": "Paris",
        "country": "FR",
        "email": "linh.nguyen@courriel.example.com",
    },
}

#: key: what the matter is; months: how long ago it opened
MATTERS = {
    "cession": {
        "name": "Cession du fonds de commerce rue de Bretagne",
        "client": "boulangerie",
        "area": "corporate",
        "lead": "helene",
        "team": ("claire", "julien"),
        "opponents": ("Financière Saint-Paul SAS",),
        "months": 6,
        "kind": "corporate",
        "entries": 38,
    },
    "transport": {
        "name": "Rupture brutale de relations commerciales – Translog",
        "client": "meridien",
        "area": "commercial",
        "lead": "antoine",
        "team": ("claire", "sofia", "lucas"),
        "opponents": ("Translog Express SAS",),
        "months": 6,
        "kind": "litigation",
        "entries": 40,
    },
    "licenciement": {
        "name": "Licenciement – contestation prud'homale",
        "client": "martin",
        "area": "employment",
        "lead": "claire",
        "team": ("sofia", "lucas"),
        "opponents": ("Groupe Arcadia Conseil SA",),
        "months": 5,
        "kind": "employment",
        "entries": 24,
    },
    "abonnement": {
        "name": "Conseil social permanent",
        "client": "atelier",
        "area": "employment",
        "lead": "claire",
        "team": ("julien",),
        "months": 6,
        "kind": "advice",
        "entries": 28,
    },
    "succession": {
        "name": "Succession Dubreuil – recel et liquidation",
        "client": "dubreuil",
        "area": "family",
        "lead": "antoine",
        "team": ("sofia",),
        "opponents": ("Étienne Dubreuil",),
        "months": 6,
        "kind": "family",
        "entries": 26,
    },
    "divorce": {
        "name": "Divorce par consentement mutuel",
        "client": "nguyen",
        "area": "family",
        "lead": "claire",
        "team": ("sofia",),
        "opponents": ("Thomas Nguyen",),
        "months": 5,
        "kind": "family",
        "entries": 22,
    },
    "malfacons": {
        "name": "Malfaçons en toiture – référé expertise",
        "client": "syndicat",
        "area": "real_estate",
        "lead": "antoine",
        "team": ("julien", "lucas"),
        "opponents": ("Toitures d'Île-de-France SARL",),
        "months": 6,
        "kind": "construction",
        "entries": 30,
    },
    "sinistre": {
        "name": "Sinistre industriel – recours subrogatoire",
        "client": "assurance",
        "area": "insurance",
        "lead": "helene",
        "team": ("julien", "sofia"),
        "opponents": ("Chimie du Nord SAS",),
        "months": 6,
        "kind": "litigation",
        "entries": 34,
    },
    "marche": {
        "name": "Marché public de restauration scolaire – référé précontractuel",
        "client": "commune",
        "area": "public",
        "lead": "antoine",
        "team": ("claire",),
        "months": 4,
        "kind": "public",
        "entries": 22,
    },
    "franchise": {
        "name": "Contrat de franchise – implantation en France",
        "client": "bruxelles",
        "area": "commercial",
        "lead": "helene",
        "team": ("julien",),
        "months": 5,
        "kind": "advice",
        "entries": 24,
    },
    "marque": {
        "name": "Défense de la marque – opposition et contrefaçon",
        "client": "geneve",
        "area": "ip",
        "lead": "helene",
        "team": ("claire",),
        "months": 5,
        "kind": "ip",
        "entries": 24,
    },
    "projet_cobalt": {
        "name": "Projet Cobalt – entrée au capital",
        "client": "novapharm",
        "area": "corporate",
        "lead": "helene",
        "team": ("julien",),
        "opponents": ("Vega Capital Partners SAS",),
        "months": 4,
        "kind": "corporate",
        "entries": 32,
        "walled": True,
        "excluded": ("antoine",),
        "reason": "Me Mercier a conseillé l'investisseur dans un précédent cabinet.",
    },
}

#: kind of work -> [(activity, narrative)], in the order of a real matter
NARRATIVES = {
    "corporate": [
        (
            "meeting",
            "Rendez-vous avec la direction ; définition du périmètre de l'opération",
        ),
        (
            "exhibits",
            "Étude des statuts, du registre des mouvements de titres et des derniers"
            " procès-verbaux",
        ),
        (
            "research",
            "Recherche sur l'agrément des cessionnaires et le droit de préemption",
        ),
        ("contract", "Rédaction de la lettre d'intention"),
        ("mail", "Échanges avec le conseil de la contrepartie sur le calendrier"),
        (
            "exhibits",
            "Audit des contrats en cours : bail commercial, contrats de travail,"
            " crédit-bail",
        ),
        ("contract", "Rédaction du protocole et des conditions suspensives"),
        (
            "call",
            "Entretien téléphonique avec l'expert-comptable sur le bilan de référence",
        ),
        ("contract", "Rédaction de la garantie d'actif et de passif, première version"),
        ("meeting", "Réunion de négociation : prix, complément de prix, garantie"),
        (
            "contract",
            "Reprise du projet d'acte à la suite des observations de la contrepartie",
        ),
        ("formalities", "Préparation des formalités : annonce légale, dépôt au greffe"),
        ("mail", "Compte rendu au client et liste des points ouverts"),
        ("admin", "Classement du dossier et mise à jour de la salle de données"),
    ],
    "litigation": [
        ("meeting", "Rendez-vous client ; recueil des faits et des pièces"),
        ("exhibits", "Étude des pièces nos 1 à 24 et établissement de la chronologie"),
        (
            "research",
            "Recherche de jurisprudence sur l'article L. 442-1 du code de commerce",
        ),
        ("acts", "Rédaction de la mise en demeure"),
        ("acts", "Rédaction de l'assignation devant le tribunal de commerce"),
        (
            "call",
            "Entretien téléphonique avec le client sur la stratégie et le montant"
            " des demandes",
        ),
        (
            "mail",
            "Échanges avec le confrère adverse ; demande de communication de pièces",
        ),
        ("acts", "Rédaction des conclusions en réponse"),
        ("exhibits", "Étude des conclusions adverses et des pièces nouvelles"),
        ("hearing", "Audience de mise en état"),
        ("travel", "Déplacement au tribunal"),
        ("acts", "Conclusions récapitulatives et bordereau de pièces"),
        ("hearing", "Audience de plaidoirie"),
        ("admin", "Constitution du dossier de plaidoirie"),
    ],
    "employment": [
        ("meeting", "Premier rendez-vous ; analyse de la lettre de licenciement"),
        (
            "exhibits",
            "Étude du contrat de travail, des bulletins de paie et des entretiens"
            " annuels",
        ),
        (
            "research",
            "Recherche sur l'insuffisance professionnelle et la charge de la preuve",
        ),
        ("acts", "Rédaction de la requête devant le conseil de prud'hommes"),
        ("mail", "Courriel au client : chiffrage des demandes et pièces à réunir"),
        ("hearing", "Audience du bureau de conciliation et d'orientation"),
        ("acts", "Rédaction des conclusions"),
        ("exhibits", "Étude des conclusions adverses et des attestations"),
        ("call", "Entretien téléphonique sur la proposition transactionnelle"),
        ("acts", "Conclusions en réplique"),
        ("travel", "Déplacement au conseil de prud'hommes"),
    ],
    "advice": [
        (
            "call",
            "Entretien téléphonique : question sur la durée du travail et les"
            " forfaits jours",
        ),
        ("consultation", "Consultation écrite sur la clause de non-concurrence"),
        ("contract", "Rédaction d'un avenant au contrat de travail"),
        ("mail", "Réponse à la question sur le préavis et les congés payés"),
        ("contract", "Relecture et annotation du contrat de distribution"),
        (
            "research",
            "Recherche sur l'information précontractuelle (C. com., art. L. 330-3)",
        ),
        ("meeting", "Réunion de travail : calendrier social du trimestre"),
        ("contract", "Rédaction de la charte télétravail"),
        ("consultation", "Note sur les conséquences d'une modification unilatérale"),
        ("mail", "Envoi du projet et explication des options"),
    ],
    "family": [
        ("meeting", "Rendez-vous ; recueil de la situation familiale et patrimoniale"),
        ("exhibits", "Étude des relevés de comptes et des actes notariés"),
        ("mail", "Échanges avec le notaire sur l'état liquidatif"),
        ("acts", "Rédaction du projet de convention"),
        (
            "call",
            "Entretien téléphonique sur la résidence des enfants et la contribution",
        ),
        ("research", "Recherche sur le recel et la charge de la preuve"),
        ("acts", "Rédaction des conclusions devant le juge aux affaires familiales"),
        ("mail", "Échanges avec le confrère adverse sur la prestation compensatoire"),
        ("meeting", "Rendez-vous de signature"),
        ("formalities", "Formalités de dépôt au rang des minutes"),
    ],
    "construction": [
        ("meeting", "Réunion avec le conseil syndical ; examen des désordres"),
        (
            "exhibits",
            "Étude des devis, procès-verbaux de réception et rapports d'assurance",
        ),
        ("acts", "Rédaction de l'assignation en référé expertise"),
        ("hearing", "Audience de référé"),
        ("expertise", "Réunion d'expertise sur site"),
        ("travel", "Déplacement sur site"),
        ("acts", "Rédaction d'un dire à expert"),
        ("mail", "Compte rendu au syndic après la réunion d'expertise"),
        ("exhibits", "Étude du pré-rapport et des chiffrages"),
        ("acts", "Dire récapitulatif à expert"),
    ],
    "public": [
        ("meeting", "Réunion avec les services ; analyse du règlement de consultation"),
        ("exhibits", "Étude du rapport d'analyse des offres"),
        ("research", "Recherche sur la régularisation des offres anormalement basses"),
        ("acts", "Rédaction du mémoire en défense"),
        ("hearing", "Audience devant le juge du référé précontractuel"),
        ("mail", "Note de synthèse à l'attention du directeur général des services"),
        ("acts", "Rédaction d'une note en délibéré"),
        ("consultation", "Consultation sur les suites de l'ordonnance"),
    ],
    "ip": [
        ("research", "Recherche d'antériorités et état du registre"),
        ("consultation", "Note sur les chances de succès de l'opposition"),
        ("acts", "Rédaction de l'acte d'opposition devant l'INPI"),
        ("mail", "Échanges avec le conseil suisse du client"),
        ("acts", "Rédaction de la mise en demeure pour contrefaçon"),
        ("exhibits", "Étude des constats de commissaire de justice"),
        ("call", "Entretien téléphonique sur l'accord de coexistence"),
        ("contract", "Rédaction de l'accord de coexistence"),
    ],
}
