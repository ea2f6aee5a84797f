from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fees, split


class LegalMatter(models.Model):
    """The payers of a matter, refused together when no bill could be shared."""

    _inherit = "legal.matter"

    payer_ids = fields.One2many("legal.payer", "matter_id", string="Payers")

    @api.model_create_multi
    def create(self, vals_list):
        matters = super(
            LegalMatter, self.with_context(legal_payers_of_matter=True)
        ).create(vals_list)
        matters = matters.with_context(legal_payers_of_matter=False)
        matters.filtered("payer_ids")._check_payers()
        return matters

    def write(self, vals):
        if "payer_ids" not in vals:
            return super().write(vals)
        # The commands come one after the other: the shares are judged at the end.
        result = super(
            LegalMatter, self.with_context(legal_payers_of_matter=True)
        ).write(vals)
        self._check_payers()
        return result

    def _get_payers_on(self, day):
        """Return the payers in force on a day, in their order."""
        self.ensure_one()
        return self.payer_ids.filtered(lambda payer: payer._covers_day(day)).sorted(
            lambda payer: (payer.sequence, payer.id)
        )

    def _check_payers(self):
        """Refuse shares that cannot make a bill, on any day they are in force.

        :raise ValidationError: over 100 %, nobody or two to take the rest, a share
            of zero; the sentence names the matter and how to mend it
        """
        for matter in self:
            payers = matter.payer_ids
            for payer in payers:
                payer._check_figures()
            first_day = fields.Date.to_date("0001-01-01")
            days = {payer.date_from or first_day for payer in payers}
            days |= {
                fields.Date.add(payer.date_to, days=1)
                for payer in payers
                if payer.date_to
            }
            for day in sorted(days):
                matter._check_payers_on(day)

    def _check_payers_on(self, day):
        self.ensure_one()
        payers = self._get_payers_on(day)
        if not payers:
            return
        terms = set(payers.term_ids.ids)
        scopes = {payer: payer._get_scope_keys(terms) for payer in payers}
        lines = [
            split.Line(key, fees.ZERO) for key in (*sorted(terms), "fees", "costs")
        ]
        try:
            split.check_payers(
                [payer._prepare_engine_payer(scopes[payer]) for payer in payers], lines
            )
        except split.SharesOverHundred as error:
            raise ValidationError(
                self.env._(
                    "The payers of %(matter)s pay %(percent)s %% together: lower a"
                    " share so that they stay within 100 %%.",
                    matter=self._neutral_label(),
                    percent=f"{error.percent:g}".replace(".", ","),
                )
            ) from None
        except split.NoRemainderPayer:
            raise ValidationError(
                self.env._(
                    "Nobody takes what the other payers of %(matter)s leave: let one of"
                    " them pay “All that remains” of the whole bill, at all times.",
                    matter=self._neutral_label(),
                )
            ) from None
        except split.SeveralRemainderPayers:
            raise ValidationError(
                self.env._(
                    "Two payers of %(matter)s take all that remains: leave that to one"
                    " and give the other a percentage or a sum.",
                    matter=self._neutral_label(),
                )
            ) from None
