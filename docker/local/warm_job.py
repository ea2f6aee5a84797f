"""Runs inside ``odoo shell``: compiles the bundles that every first page needs.

Without it the first page, and the first browser test, waits for half a minute.
"""

BUNDLES = (
    "web.assets_web",
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
)

for bundle in BUNDLES:
    assets = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)  # noqa: F821
    assets.js()
    assets.css()
env.cr.commit()  # noqa: F821
