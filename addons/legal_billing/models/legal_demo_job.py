from pathlib import Path

from dateutil.relativedelta import relativedelta

from odoo import fields, models

MONTHS_BILLED = 3
# A file that a person may open twice, or keep: the number without its slashes.
UNSAFE = str.maketrans({"/": "-", "\\": "-", " ": "_"})


class LegalDemo(models.AbstractModel):
    """The main job on the demo firm: the months are billed, then collected.

    Everything goes through the methods that the screens call. Each part can be
    run again: what is done is left alone.
    """

    _inherit = "legal.demo"

    def _run_main_job(self, out_dir):
        """Bill the last months, collect, write the documents and tell.

        :param str out_dir: folder of the documents, made if need be
        """
        company = self._demo_get_company()
        self = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang="fr_FR"
        )
        today = fields.Date.context_today(self)
        self._job_receive_provisions(company, today)
        runs = self.env["legal.billing.run"]
        for back in range(MONTHS_BILLED - 1, -1, -1):
            month_end = today.replace(day=1) - relativedelta(months=back, days=1)
            run = self._job_bill_month(company, month_end)
            self._job_receive_payments(run, today)
            runs |= run
            self._job_commit()
        folder = Path(out_dir)
        folder.mkdir(parents=True, exist_ok=True)
        files = self._job_write_invoices(runs[-1:], folder)
        self._job_collect(company, today, folder)
        self._job_final_account(company, folder)
        self._job_fill_desk(company, today)
        self._job_seal(company)
        self._job_commit()
        self._job_print_table(runs[-1:], files)

    def _job_receive_provisions(self, company, today):
        """Book the provisions whose day has come: 386, payment, documents."""
        for provision in self.env["legal.provision"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "requested"),
                ("due_on", "<=", today),
            ]
        ):
            move = provision._issue_deposit(provision.due_on)
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"payment_date": provision.due_on})._create_payments()
            self.env["account.move.send"]._generate_and_send_invoices(
                move, sending_methods=move._legal_get_sending_methods()
            )
            self._job_say(f"Provision {provision.name} : facture d'acompte {move.name}")

    def _job_final_account(self, company, folder):
        """Issue the account that the client of a fully billed matter asked for."""
        matters = self.env["legal.matter"].search(
            [("company_id", "=", company.id)], order="matter_number"
        )
        matter = matters.filtered(lambda m: m.move_count and not m.amount_wip)[:1]
        if not matter or matter.final_account_ids:
            return
        account = matter._prepare_final_accounts()[:1]
        account.reason = "client"
        account.action_issue()
        name = account.attachment_id.name
        (folder / name).write_bytes(account.attachment_id.raw)
        self._job_say(f"Compte détaillé définitif {account.name} : {name}")

    def _job_commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _job_say(self, text):
        print(text, flush=True)  # pylint: disable=print-used

    # -- billing -----------------------------------------------------------------

    def _job_bill_month(self, company, month_end):
        """Run one month end from pre-bills to sent invoices."""
        Run = self.env["legal.billing.run"]
        run = Run.search(
            [("company_id", "=", company.id), ("date_to", "=", month_end)], limit=1
        )
        label = month_end.strftime("%m/%Y")
        if not run:
            run = Run.create(
                {
                    "company_id": company.id,
                    "date_to": month_end,
                    "invoice_date": month_end,
                }
            )
            run._run_prebills()
            self._job_say(f"{label} : {run.prebill_count} préfactures")
            self._job_review(run)
        run._run_approve()
        run._run_invoice()
        before = run.sent_count
        run._run_send()
        self._job_say(
            f"{label} : {run.invoiced_count} factures émises,"
            f" {run.sent_count - before} envoyées maintenant"
        )
        for line in run.line_ids:
            if line.message:
                self._job_say(f"  {line.matter_id.matter_number} : {line.message}")
        return run

    def _job_review(self, run):
        """Review as a partner would: one act written down, another offered."""
        reason = self.env.ref("legal_billing.reason_goodwill")
        slow = self.env.ref("legal_billing.reason_inefficiency")
        charged = run.line_ids.prebill_id.line_ids.filtered(
            lambda line: line.kind == "time" and line.amount and line.hours > 0.4
        )
        by_prebill = charged.grouped("prebill_id")
        for rank, lines in enumerate(by_prebill.values()):
            if lines.term_id.filtered(lambda term: term._has_allowances()):
                continue
            if rank % 3 == 0:
                line = lines[0]
                line.write(
                    {
                        "decision": "write_down",
                        "hours": round(line.hours / 2, 1),
                        "reason_id": slow.id,
                    }
                )
            elif rank % 3 == 1 and len(lines) > 3:
                lines[1].write({"decision": "no_charge", "reason_id": reason.id})

    def _job_receive_payments(self, run, today):
        """Book what clients have paid since, by the stock payment wizard."""
        late = self._demo_late_payers()
        for move in run.line_ids.move_ids:
            paid_on = move.invoice_date + relativedelta(days=27)
            settled = move.payment_state != "not_paid"
            if settled or paid_on > today or move.partner_id in late:
                continue
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"payment_date": paid_on})._create_payments()

    # -- documents -----------------------------------------------------------------

    def _job_write_invoices(self, runs, folder):
        """Write the invoices' stored PDFs; return {move: path}."""
        target = folder / "factures"
        target.mkdir(exist_ok=True)
        files = {}
        for move in runs.line_ids.move_ids:
            pdf = move.invoice_pdf_report_id
            if pdf:
                path = target / f"{move.name.translate(UNSAFE)}.pdf"
                path.write_bytes(pdf.raw)
                files[move] = path
        return files

    def _job_collect(self, company, today, folder):
        """Chase what is overdue; nothing to do at this level."""

    def _job_seal(self, company):
        """Seal the books, now that the past of the firm is in them."""
        company.legal_seals_entries = True
        if company._legal_must_seal():
            company._legal_seal()
            self._job_say("Écritures scellées : la comptabilité est inaltérable.")

    def _job_print_table(self, runs, files):
        titles = [
            "Dossier",
            "Heures",
            "Honoraires",
            "Frais",
            "Débours",
            "TVA",
            "Total TTC",
            "Numéro",
            "Fichier",
            "Statut",
        ]
        rows = [titles]
        for line in runs.line_ids:
            prebill, moves = line.prebill_id, line.move_ids
            if line.outcome == "nothing":
                continue
            rows.append(
                [
                    line.matter_id.matter_number,
                    _french(prebill.hours),
                    _french(prebill.amount_fees),
                    _french(prebill.amount_expenses),
                    _french(prebill.amount_disbursements),
                    _french(prebill.amount_tax),
                    _french(prebill.amount_total),
                    ", ".join(move.name for move in moves) or "–",
                    ", ".join(files[m].name for m in moves if m in files) or "–",
                    self._job_status(line),
                ]
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(titles))]
        for row in rows:
            cells = [
                cell.rjust(width) if 0 < rank < 7 else cell.ljust(width)
                for rank, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self._job_say("  ".join(cells).rstrip())

    def _job_status(self, line):
        labels = {"paid": "payée", "partial": "en partie payée", "in_payment": "payée"}
        move = line.move_id
        if line.outcome == "failed" and not move:
            return "à reprendre"
        if not move:
            return dict(
                line.prebill_id._fields["state"]._description_selection(self.env)
            )[line.prebill_id.state].lower()
        return labels.get(
            move.payment_state,
            "envoyée"
            if line.is_sent
            else "à poster"
            if line._is_in_post()
            else "comptabilisée",
        )


def _french(number):
    return f"{number:,.2f}".replace(",", "\u202f").replace(".", ",")
