from urllib.parse import urlencode

from lxml import html

from .portal_common import LegalPortalCommon

#: how each refusal ends, in English and in French
NOTHING = "(?i)nothing was charged|rien n’a été débité"


class LegalClientPaymentCommon(LegalPortalCommon):
    """A payer with three open invoices, behind his link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "vauban@vauban.example"
        cls.matter = cls._create_matter()
        cls._create_agreement(cls.matter, [{"kind": "hourly"}])
        cls.old = cls._make("2026-03-31", 1000.0)
        cls.middle = cls._make("2026-04-30", 333.33)
        cls.late = cls._make("2026-05-31", 66.67)
        cls.moves = cls.old | cls.middle | cls.late
        cls.link = cls.env["legal.client.link"]._get_for(cls.client, cls.company)

    @classmethod
    def _make(cls, due_on, amount, partner=None, post=True, **kw):
        """Return a posted invoice of the matter: an amount, VAT 20 % on receipts."""
        category = cls.env["legal.money.category"]._get_by_code("fee", cls.company)
        model = cls.env["account.move"].with_company(cls.company)
        move = model.create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.client).id,
                "invoice_date": "2026-03-01",
                "invoice_payment_term_id": False,
                "invoice_date_due": due_on,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Honoraires",
                            "price_unit": amount,
                            "account_id": category.account_id.id,
                            "tax_ids": [(6, 0, category.tax_id.ids)],
                            "matter_id": cls.matter.id,
                            "legal_category_id": category.id,
                        },
                    )
                ],
                **kw,
            }
        )
        if post:
            move.action_post()
        return move

    # -- the payer's browser -------------------------------------------------------

    def _keys(self, records):
        letters = {"account.move": "i", "legal.provision": "p"}
        return [f"{letters[record._name]}{record.id}" for record in records]

    def _step(self, *records, amount="", keys=()):
        """Return (response, situation, text) of the step before paying."""
        rows = [("row", key) for key in (*self._keys(records), *keys)]
        query = urlencode([*rows, *([("amount", amount)] if amount else [])])
        return self._read(f"{self.link._get_path()}/pay?{query}")

    def _read(self, path):
        response = self.url_open(path)
        page = html.fromstring(response.content)
        for node in page.xpath("//script | //style"):
            node.drop_tree()
        text = " ".join(page.text_content().split())
        return response, page.xpath("string(//@data-situation)"), text

    def _begin(self, *records, total=None, part="", keys=(), **kw):
        """Ask for a transaction as the page does; ``kw`` is what is tampered."""
        keys = [*self._keys(records), *keys]
        if total is None:
            total = self.link._choose(keys, part).total
        query = [("row", key) for key in keys] + ([("amount", part)] if part else [])
        return self._start_payment(
            self.old,
            route=f"{self.link._get_path()}/transaction?{urlencode(query)}",
            amount=total,
            landing_route="https://voleur.example/",
            access_token=None,
            **kw,
        )

    def _settle(self, *records, **kw):
        transaction = self._begin(*records, **kw)
        self._end_payment(transaction)
        self._poll()
        return transaction

    def _receipt(self, transaction):
        return self._read(f"{self.link._get_path()}/receipt/{transaction.id}")

    # -- the books -------------------------------------------------------------------

    def _shares(self, transaction):
        return {
            share.move_id or share.provision_id: share.amount
            for share in transaction.legal_share_ids
        }

    def _settled(self, transaction):
        """Return {invoice: what the ledger says this payment took off it}."""
        lines = transaction.payment_id.move_id.line_ids
        found = {}
        for partial in lines.matched_debit_ids:
            move = partial.debit_move_id.move_id
            found[move] = found.get(move, 0.0) + partial.credit_amount_currency
        return {move: round(amount, 2) for move, amount in found.items()}

    def _vat(self, move):
        """Return the VAT that became due on receipts of an invoice."""
        moves = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", move.id), ("state", "=", "posted")]
        )
        lines = moves.line_ids.filtered(lambda li: li.account_id.code == "445710")
        return round(-sum(lines.mapped("balance")), 2)
