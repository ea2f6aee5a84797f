"""The ledger outlives the addons that filled it."""

OURS = ["legal_timesheet", "legal_billing", "legal_dunning"]

# What an uninstalled addon may not leave in the database.
LEFT_BEHIND = """
SELECT 'table ' || table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_name LIKE 'legal\\_%'
UNION
SELECT 'column ' || table_name || '.' || column_name
  FROM information_schema.columns
 WHERE table_schema = 'public'
   AND column_name != 'legal_name'  -- of a person, and stock's
   AND (column_name LIKE 'legal\\_%' OR column_name LIKE 'matter\\_id'
        OR column_name LIKE '%prebill%' OR column_name LIKE '%dunning%')
UNION
SELECT 'record ' || module || '.' || name FROM ir_model_data
 WHERE module LIKE 'legal\\_%'
UNION
SELECT 'model ' || model FROM ir_model WHERE model LIKE 'legal.%'
UNION
SELECT 'rule ' || name FROM ir_rule WHERE domain_force LIKE '%matter_id%'
UNION
SELECT 'action ' || (name ->> 'en_US') FROM ir_act_window
 WHERE res_model LIKE 'legal.%'
UNION
SELECT 'cron ' || cron_name FROM ir_cron WHERE cron_name LIKE 'Legal%'
UNION
SELECT 'menu ' || id FROM ir_ui_menu
 WHERE action IS NOT NULL AND split_part(action, ',', 1) = 'ir.actions.act_window'
   AND split_part(action, ',', 2)::int NOT IN (SELECT id FROM ir_act_window)
"""


def test_uninstalling_leaves_a_sound_ledger(addons_instance, work):
    before = work(
        addons_instance,
        "set_up_firm",
        "price_hours",
        "bill_matter",
        "chase",
        "describe_books",
    )
    invoices = [m for m in before["moves"] if m["type"] == "out_invoice"]
    # 2.5 h × 280 + 84.50, 20 % VAT, 89.76 outside it; then 1.5 h × 280
    assert [invoice["total"] for invoice in invoices] == [1031.16, 504.0]
    assert [invoice["residual"] for invoice in invoices] == [531.16, 504.0]
    for invoice in invoices:
        held = {field for _name, field, _type, _sum in invoice["files"]}
        assert {"invoice_pdf_report_file", "ubl_cii_xml_file"} <= held

    work(addons_instance, ("uninstall", OURS))

    assert addons_instance.query(LEFT_BEHIND) == []
    after, used = work(addons_instance, "describe_books", "use_books", every=True)
    assert after["balance"] == before["balance"]
    assert after["moves"] == before["moves"]
    assert after["hours"] == before["hours"]
    assert used["printed"] == [True, True]
    assert (used["paid"], used["due"], used["sealed"]) == ("paid", 0.0, True)
