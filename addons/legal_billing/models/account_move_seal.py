from odoo import api, models
from odoo.exceptions import UserError

#: beyond what the hash itself covers: what would change a sum, a party or a day
SEALED_MOVE = (
    "state",
    "move_type",
    "partner_id",
    "commercial_partner_id",
    "currency_id",
    "invoice_currency_rate",
    "invoice_date",
    "fiscal_position_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_untaxed_signed",
    "amount_tax_signed",
    "amount_total_signed",
    "amount_total_in_currency_signed",
    "posted_before",
    "sequence_prefix",
    "sequence_number",
)
SEALED_LINE = (
    "move_id",
    "display_type",
    "balance",
    "amount_currency",
    "currency_id",
    "price_unit",
    "quantity",
    "discount",
    "price_subtotal",
    "price_total",
    "tax_ids",
    "tax_line_id",
    "tax_group_id",
    "tax_repartition_line_id",
    "tax_base_amount",
    "product_id",
    "product_uom_id",
)


class AccountMove(models.Model):
    """A sealed entry stays as it was posted, whoever asks and by whatever way."""

    _inherit = "account.move"

    def write(self, vals):
        if self.env.context.get("legal_sealing") and set(vals) == {"inalterable_hash"}:
            if not any(self.mapped("inalterable_hash")):
                # One column, of entries that are posted: nothing follows from it.
                return models.BaseModel.write(self, vals)
        names = [name for name in SEALED_MOVE if name in vals]
        if names:
            self.filtered("inalterable_hash")._legal_refuse_change(vals, names)
        return super().write(vals)

    def _legal_refuse_change(self, vals, names):
        """Refuse to change a sealed entry."""
        for move in self:
            changed = [
                name for name in names if move._field_will_change(move, vals, name)
            ]
            if changed:
                move._legal_raise_sealed(changed)

    def _legal_raise_sealed(self, names=(), model="account.move"):
        fields = self.env[model].fields_get(names, ["string"]) if names else {}
        labels = ", ".join(field["string"] for field in fields.values())
        raise UserError(
            self.env._(
                "%(entry)s is posted and sealed; nothing of it can be changed"
                " (%(what)s): correct it by a credit note or a reversal.",
                entry=self.name,
                what=labels or self.env._("nor can it be taken back"),
            )
        )

    def _check_draftable(self):
        for move in self:
            if move.inalterable_hash:
                move._legal_raise_sealed()
        return super()._check_draftable()

    def _post(self, soft=True):
        """Seal the firm's entries from its first legal invoice on."""
        companies = self.filtered("is_legal").company_id
        companies.filtered(lambda company: company._legal_must_seal())._legal_seal()
        return super()._post(soft=soft)

    # -- the chain -----------------------------------------------------------------

    def _hash_moves(self, **kwargs):
        sealing = self.with_context(legal_sealing=True)
        return super(AccountMove, sealing)._hash_moves(**kwargs)

    def _get_chains_to_hash(self, **kwargs):
        """Keep the rights of whoever seals: Odoo takes them back from an entry that is
        posted for a client, who pays online and has none."""
        chains = self._legal_get_chains(**kwargs)
        if self.env.su:
            for chain in chains:
                # sudo: as the caller is already
                chain["moves"] = chain["moves"].sudo()
        return chains

    def _legal_get_chains(self, force_hash=False, early_stop=False, **kwargs):
        """Let lines of a bank statement wait until they are matched.

        Matching replaces an item of the entry, which a seal would forbid; what
        follows in the same sequence waits with it. A bank's numbers are no series of
        documents: one that was cancelled keeps no payment from being posted.
        """
        banks = self.filtered(lambda move: move._legal_is_sealed_bank())
        if force_hash or early_stop or not banks:
            return super()._get_chains_to_hash(
                force_hash=force_hash, early_stop=early_stop, **kwargs
            )
        others = super(AccountMove, self - banks)._get_chains_to_hash(**kwargs)
        kwargs.update(raise_if_gap=False, raise_if_no_document=False)
        ready = banks._legal_without_unmatched()
        return others + super(AccountMove, ready)._get_chains_to_hash(**kwargs)

    def _legal_is_sealed_bank(self):
        self.ensure_one()
        is_bank = self.journal_id.type in ("bank", "cash", "credit")
        return is_bank and bool(self.company_id.legal_sealed_on)

    def _legal_without_unmatched(self):
        """Return the entries before which no line of a bank statement waits."""
        banks = self.filtered(lambda move: move._legal_is_sealed_bank())
        if not banks:
            return self
        waiting = dict(
            ((journal.id, prefix), first)
            for journal, prefix, first in self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("journal_id", "in", banks.journal_id.ids),
                    ("sequence_prefix", "in", banks.mapped("sequence_prefix")),
                    ("state", "=", "posted"),
                    ("inalterable_hash", "=", False),
                    ("statement_line_id.is_reconciled", "=", False),
                    ("statement_line_id", "!=", False),
                ],
                ["journal_id", "sequence_prefix"],
                ["sequence_number:min"],
            )
        )

        def is_held_up(move):
            first = waiting.get((move.journal_id.id, move.sequence_prefix))
            return first is not None and move.sequence_number >= first

        return self - banks.filtered(is_held_up)

    def _legal_seal_sequence(self):
        """Seal a whole sequence, in its order, as far as it can be.

        Where nothing of it is sealed yet, what follows its last hole is: no chain can
        bridge that. Where something is, all that came after.
        """
        if any(self.mapped("inalterable_hash")):
            rest = self.filtered(lambda move: not move.inalterable_hash)
            rest._hash_moves(raise_if_gap=False, raise_if_no_document=False)
            return
        ids, last = [], None
        for move in self:
            if last is not None and move.sequence_number != last + 1:
                ids = []
            ids.append(move.id)
            last = move.sequence_number
        tail = self.browse(ids)._legal_without_unmatched()
        for move, value in tail._calculate_hashes("").items():
            move.with_context(legal_sealing=True).inalterable_hash = value
        body = self.env._("This journal entry has been sealed.")
        tail._message_log_batch(bodies=dict.fromkeys(tail.ids, body))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse(
            {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        )
        for move in moves.filtered("inalterable_hash"):
            move._legal_raise_sealed(["line_ids"])
        return super().create(vals_list)

    def write(self, vals):
        names = [name for name in SEALED_LINE if name in vals]
        if names:
            Move = self.env["account.move"]
            for line in self:
                move = line.move_id
                if not move.inalterable_hash:
                    continue
                changed = [n for n in names if Move._field_will_change(line, vals, n)]
                if changed:
                    move._legal_raise_sealed(changed, self._name)
        return super().write(vals)
