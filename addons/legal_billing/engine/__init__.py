"""Business arithmetic of billing, apart from the ORM: no I/O, no clock."""
