def post_init_hook(env):
    """Give each French company its money categories, accounts and taxes.

    What clients approved before this addon came is kept as evidence.

    Companies on another chart keep empty categories, which an administrator
    fills: the setup only knows the French chart's accounts by name.
    """
    env["res.company"].search([])._legal_setup_money_categories()
    env["legal.evidence"]._backfill()
