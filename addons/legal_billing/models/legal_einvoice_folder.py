import json
import os
from pathlib import Path

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import config

LARGEST = 100_000


class LegalEinvoiceChannel(models.Model):
    """Files in a folder: the plainest channel, for any platform that takes files.

    ``out`` holds invoices (Factur-X) and receipts (JSON) for the platform; statuses
    are put in ``in`` as JSON and go from there to ``done`` or, with the reason beside
    them, to ``refused``.
    """

    _inherit = "legal.einvoice.channel"

    def _get_folder(self, name):
        """Return a folder of this channel, made if need be.

        Its place is set in Odoo's configuration file and not in the database:
        nobody chooses from the web client where the server writes.
        """
        self.ensure_one()
        self._check_folder()
        base = config.get("legal_exchange_dir") or (
            Path(config["data_dir"]) / "legal_exchange" / self.env.cr.dbname
        )
        folder = Path(base) / str(self.company_id.id) / self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _push_folder(self, message):
        """Write one message as a file, whole or not at all; return its name."""
        name, raw = message._get_file()
        target = self._get_folder("out") / name
        part = target.with_name(f".{name}.part")
        part.write_bytes(raw)
        os.replace(part, target)
        return name

    def _pull_folder(self):
        taken = 0
        for file in sorted(self._get_folder("in").glob("*.json")):
            try:
                with self.env.cr.savepoint():
                    self._take_status(self._read_status(file))
            except UserError as error:
                self._set_aside(file, "refused", str(error))
                continue
            # Read again after a crash, it is the same status and is kept once.
            self._set_aside(file, "done")
            taken += 1
        return taken

    def _read_status(self, file):
        problem = self.env._(
            "The file %(file)s is no status: it holds one JSON object with invoice,"
            " code and date.",
            file=file.name,
        )
        if file.is_symlink() or file.stat().st_size > LARGEST:
            raise UserError(problem)
        try:
            values = json.loads(file.read_bytes())
        except ValueError:
            raise UserError(problem) from None
        if not isinstance(values, dict):
            raise UserError(problem)
        return values

    def _set_aside(self, file, where, reason=""):
        folder = self._get_folder(where)
        os.replace(file, folder / file.name)
        if reason:
            (folder / f"{file.name}.txt").write_text(reason + "\n")
