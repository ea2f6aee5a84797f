"""The PDFs of a sample of invoices, the same way for both sides.

They are made by the send dialog's own method, without a recipient: print, e-invoice,
embedding and attachment, as when a firm sends its invoices.
"""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "addons/legal_billing/tests/facturx_checker.py"


def measure(meter, moves, sample, in_one_call):
    """Print an even sample of ``moves``; return what was printed.

    The first invoice is printed beforehand, not timed: it starts the fonts and the
    style sheets that a process keeps.

    :param bool in_one_call: hand the sample over as a batch, where that is possible
    """
    step = max(1, (len(moves) - 1) // sample)
    chosen = moves[1::step][:sample] or moves
    _print(moves[:1])
    with meter.step("pdfs"):
        if in_one_call:
            _print(chosen)
        else:
            for move in chosen:
                _print(move)
    files = [move.invoice_pdf_report_id.raw for move in chosen]
    findings = [_check_pdfa(file) for file in files]
    return {
        "count": len(files),
        "with_einvoice": sum(bool(move.ubl_cii_xml_id) for move in chosen),
        "pdfa_3b": sum(not found for found in findings),
        "kilobytes": sum(map(len, files)) / len(files) / 1024,
    }


def _print(moves):
    moves.env["account.move.send"]._generate_and_send_invoices(
        moves, sending_methods=[], invoice_edi_format="facturx"
    )
    unprinted = moves.filtered(
        lambda move: not (move.invoice_pdf_report_id.raw or b"").startswith(b"%PDF")
    )
    if unprinted:
        raise RuntimeError(f"No PDF was made of {unprinted[0].name}.")


def _check_pdfa(file, checkers=[]):  # noqa: B006  loaded once
    """Return what keeps a file from being PDF/A-3b."""
    if not checkers:
        spec = importlib.util.spec_from_file_location("facturx_checker", CHECKER)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        checkers.append(module)
    return checkers[0].check_pdfa(file)
