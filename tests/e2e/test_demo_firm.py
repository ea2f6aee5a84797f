"""The demo firm's main job, twice, in processes of their own: what it leaves behind."""

import base64
import json
import sys
from email import message_from_bytes, policy
from pathlib import Path

from lxml import etree

from local import mail_sink, ports

JOB = """
firm = env["legal.demo"]
firm._load()
env.cr.commit()
firm._run_main_job({out!r})
env.cr.commit()
"""
MARK = "FACTS:"
# Facts, by the posted invoices of the firm and by its reminders: what is kept alone.
FACTS = """
env.cr.rollback()
import base64, json
moves = env["account.move"].search(
    [("is_legal", "=", True), ("state", "=", "posted")], order="name"
)
# What balances a replaced invoice in the books is sent to nobody: it has no file.
moves = moves.filtered(lambda move: not move._legal_is_book_credit())
invoices = [
    {
        "name": move.name,
        "matter": move.matter_ids.matter_number,
        "totals": [move.amount_untaxed, move.amount_tax, move.amount_total],
        "pdf": base64.b64encode(move.invoice_pdf_report_id.raw or b"").decode(),
        "xml": base64.b64encode(move.ubl_cii_xml_id.raw or b"").decode(),
    }
    for move in moves
]
actions = env["legal.dunning.action"].search([])
lines = env["account.move.line"].search([("parent_state", "=", "posted")])
print("FACTS:" + json.dumps({
    "invoices": invoices,
    "actions": sorted(actions.mapped("state")),
    "decisions": actions.filtered(
        lambda a: a.channel == "manual" and a.state == "ready"
    ).matter_ids.mapped("matter_number"),
    "petitions": env["legal.taxation.file"].search([]).mapped(
        lambda record: (record.matter_id.matter_number, record.page_count > 0)
    ),
    "balance": round(sum(lines.mapped("balance")), 2),
    "unbilled": env["legal.billing.run.line"].search(
        [("outcome", "=", "failed")]
    ).mapped("message"),
}))
"""


def run_job(instance, out):
    """Run the main job with a mail server of its own; return its prints and facts."""
    mails = out / "courriels"
    with mail_sink.running(sys.executable, ports.any_free(), mails) as options:
        words = ("shell", "--no-http", "--log-level=warn", *options)
        job = JOB.format(out=str(out)) + FACTS
        printed, _mark, facts = instance.odoo(*words, stdin=job).stdout.partition(MARK)
    return printed, json.loads(facts.splitlines()[0])


def test_month_ends_leave_lawful_documents_and_repeat_nothing(
    addons_instance, checker, tmp_path
):
    printed, facts = run_job(addons_instance, tmp_path)
    invoices = facts["invoices"]

    # Each invoice of the firm is PDF/A-3b, XSD, EN 16931 and BR-FR clean, and its
    # attachment is the stored XML.
    files = [
        (base64.b64decode(row["pdf"]), base64.b64decode(row["xml"])) for row in invoices
    ]
    findings = checker.check_pdfs(files)
    assert {r["name"]: f for r, f in zip(invoices, findings, strict=True) if f} == {}

    # The worked cases, to the cent, and named in the printed table.
    totals = [row["totals"] for row in invoices]
    for case in (
        [5150.00, 1030.00, 6180.00],
        [1500.00, 300.00, 1800.00],
        [2040.00, 408.00, 2448.00],
        [1612.26, 256.90, 1869.16],
    ):
        assert totals.count(case) == 1, case
    assert "6\u202f180,00" in printed and "1\u202f869,16" in printed
    assert facts["balance"] == 0

    # One was replaced by a corrective invoice, which names it (BT-3, BT-25, BT-26).
    correctives = [
        xml for _pdf, xml in files if b"<ram:TypeCode>384</ram:TypeCode>" in xml
    ]
    assert len(correctives) == 1
    origin = etree.fromstring(correctives[0]).find(".//{*}InvoiceReferencedDocument")
    assert origin.findtext("{*}IssuerAssignedID") in {r["name"] for r in invoices}
    assert origin.find(".//{*}DateTimeString") is not None
    assert "Facture rectificative" in printed

    # What could not be billed is named; the others went on.
    assert len({row["matter"] for row in invoices}) == 11
    unsigned = "Défense de la marque"
    assert facts["unbilled"]
    assert all(unsigned in message for message in facts["unbilled"])

    documents = sorted(tmp_path.rglob("*.pdf"))
    by_folder = [Path(file).parent.name for file in documents]
    assert by_folder.count("factures") >= 8
    assert by_folder.count("relances") >= 2
    mails = sorted((tmp_path / "courriels").glob("*.eml"))
    assert mails
    to_clients = 0
    for mail in mails:
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        if "@lanterne-avocats" in message["To"]:
            continue  # what the firm tells its own people
        to_clients += 1
        text = message.get_body(("html", "plain")).get_content()
        # The payer's page, or the document alone where his house is not written to.
        assert "/legal/client/" in text or "access_token=" in text, mail.name
        assert "/legal/client/sent/" not in text, "the key is put in as it leaves"
    assert to_clients

    # One invoice is past its formal notice: a partner decides, and the file is ready.
    assert len(facts["decisions"]) == 1
    assert facts["petitions"] == [[facts["decisions"][0], True]]

    # A second run finds everything done.
    _printed, again = run_job(addons_instance, tmp_path)
    assert [r["name"] for r in again["invoices"]] == [r["name"] for r in invoices]
    assert again["actions"] == facts["actions"]
    assert sorted((tmp_path / "courriels").glob("*.eml")) == mails
