from odoo import Command, api, fields, models

from ..engine import fees, split, wording

HUNDREDTH = fees.to_decimal("0.01")


class LegalPrebillSplit(models.TransientModel):
    """Divides a block-billed line: the acts found in its words, the hours to set."""

    _name = "legal.prebill.split"
    _description = "Split a Line of a Pre-bill"

    line_id = fields.Many2one("legal.prebill.line", required=True, ondelete="cascade")
    hours = fields.Float(related="line_id.hours")
    hours_left = fields.Float("Left to share", compute="_compute_hours_left")
    part_ids = fields.One2many(
        "legal.prebill.split.part",
        "split_id",
        compute="_compute_part_ids",
        store=True,
        readonly=False,
    )

    @api.depends("line_id")
    def _compute_part_ids(self):
        """Propose the acts that the narrative tells, the hours shared evenly."""
        for wizard in self:
            line = wizard.line_id
            acts = self.env["legal.prebill.word"]._get_acts(line.company_id)
            texts = wording.split_acts(line.narrative, acts)
            if len(texts) < 2:
                texts = [line.narrative or "", ""]
            shares = split.by_weights(
                fees.to_decimal(line.hours),
                [fees.to_decimal(1)] * len(texts),
                HUNDREDTH,
            )
            wizard.part_ids = [
                Command.clear(),
                *(
                    Command.create({"narrative": text, "hours": float(share)})
                    for text, share in zip(texts, shares, strict=True)
                ),
            ]

    @api.depends("hours", "part_ids.hours")
    def _compute_hours_left(self):
        for wizard in self:
            given = sum(wizard.part_ids.mapped("hours"))
            wizard.hours_left = round(wizard.hours - given, 2)

    def action_split(self):
        self.ensure_one()
        self.line_id.split_entry(
            [
                {"hours": part.hours, "narrative": part.narrative}
                for part in self.part_ids
            ]
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class LegalPrebillSplitPart(models.TransientModel):
    _name = "legal.prebill.split.part"
    _description = "Part of a Split Line"

    split_id = fields.Many2one("legal.prebill.split", required=True, ondelete="cascade")
    narrative = fields.Text(required=True)
    hours = fields.Float(required=True)
