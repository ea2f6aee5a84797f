"""The test databases themselves: what the other tests stand on."""


def test_stock_instance_has_none_of_our_addons(stock_instance):
    rows = stock_instance.query(
        "SELECT count(*) FROM ir_module_module"
        " WHERE name LIKE 'legal\\_%' AND state = 'installed'"
    )
    assert rows == [["0"]]


def test_instance_speaks_french_and_runs_a_shell(stock_instance):
    printed = stock_instance.shell("print(env['res.lang'].search([]).mapped('code'))")
    assert "fr_FR" in printed


def test_addons_instance_has_every_table_constraint(addons_instance):
    """Odoo only logs a constraint that PostgreSQL refuses, and installs on."""
    printed = addons_instance.shell(
        """
lost = []
for model in env.registry.values():
    if model._auto and not model._abstract and model._name.startswith("legal."):
        for constraint in model._table_objects.values():
            name = constraint.full_name(env[model._name])
            env.cr.execute(
                "SELECT 1 FROM pg_constraint WHERE conname = %s"
                " UNION SELECT 1 FROM pg_class WHERE relname = %s",
                (name, name),
            )
            if not env.cr.fetchone():
                lost.append(name)
print("lost:", lost)
"""
    )
    assert "lost: []" in printed
