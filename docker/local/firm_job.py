"""Runs inside ``odoo shell``: makes the firm that the billing tests work with.

Most of what a class of tests costs is its company with its chart and people; the tests'
databases are copies of one that has them.
"""

from odoo.addons.legal_billing.tests import common, prepared

env.cr.commit()  # noqa: F821
prepared.keep(common.LegalBillingCommon)
