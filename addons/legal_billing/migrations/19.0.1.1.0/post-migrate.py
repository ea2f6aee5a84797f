from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep as evidence what clients answered before any was recorded."""
    api.Environment(cr, SUPERUSER_ID, {})["legal.evidence"]._backfill()
