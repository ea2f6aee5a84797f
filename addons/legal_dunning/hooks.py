def post_init_hook(env):
    """Give each company its own copy of the ready-made policies."""
    env["res.company"].search([])._legal_setup_dunning_policies()
