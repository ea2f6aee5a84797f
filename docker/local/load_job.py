"""Runs inside ``odoo shell``: loads the demo firm, without its month-end."""

env["legal.demo"]._load()  # noqa: F821
env.cr.commit()  # noqa: F821
