"""What a client reads of the work, from all to nothing."""

TEXT_POLICIES = [
    ("detailed", "Each act on the invoice"),
    ("person", "Hours by person, acts in a private annex"),
    ("kind", "Hours by kind of work, acts in a private annex"),
    ("neutral", "Neutral line, acts in a private annex"),
]
