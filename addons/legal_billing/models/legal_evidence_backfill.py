from odoo import api, fields, models


class LegalEvidence(models.Model):
    """Evidence of what was answered before any was kept, as far as data carry it."""

    _inherit = "legal.evidence"

    is_reconstructed = fields.Boolean(
        "Recorded Afterwards",
        readonly=True,
        help="Made later, from what had been kept with the answer: it shows what the"
        " firm has on file, and was not recorded at the moment itself.",
    )

    @api.model
    def _backfill(self):
        """Record what is missing, once; return the evidence made."""
        # sudo: housekeeping, from the records' own words and dates
        made = self.sudo().browse()
        for name in ("legal.time.client.approval", "legal.fee.agreement"):
            made |= self.sudo().env[name]._record_missing_evidence()
        return made

    @api.model
    def _get_without(self, records):
        """Return those of some records about which no evidence is kept."""
        known = self.sudo()._read_group(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)],
            ["res_id"],
        )
        return records - records.browse([res_id for (res_id,) in known])


class LegalTimeClientApproval(models.Model):
    _inherit = "legal.time.client.approval"

    @api.model
    def _record_missing_evidence(self):
        """Keep as evidence the approvals whose text still is the one approved."""
        Evidence = self.env["legal.evidence"]
        answered = self.search(
            [
                ("state", "=", "approved"),
                ("answered_on", "!=", False),
                ("shown_text", "!=", False),
            ]
        )
        made = Evidence.browse()
        for approval in Evidence._get_without(answered):
            text = approval.shown_text
            is_same = Evidence._hash(text.encode()) == approval.shown_digest
            if not approval.is_tacit and not (approval.signed_name and is_same):
                continue  # nothing shows any more what was approved, or by whom
            values = {
                "typed_name": approval.signed_name,
                "partner_id": approval.partner_id.id,
                "user_id": approval.signed_user_id.id,
                "ip": approval.signed_ip,
                "agent": approval.signed_agent,
                "text": text,
                "accepted_at": approval.answered_on,
                "is_reconstructed": True,
            }
            if approval.is_tacit:
                channel = "firm"
                statement = self.env._(
                    "Accepted by silence, as agreed: no answer in time. Recorded"
                    " afterwards, from the request."
                )
            else:
                channel = "account" if approval.signed_user_id else "link"
                statement = self.env._(
                    "Time approved by %(name)s. Recorded afterwards, from the request.",
                    name=approval.signed_name,
                )
            made |= Evidence._record(approval, statement, channel, **values)
        return made


class LegalFeeAgreement(models.Model):
    _inherit = "legal.fee.agreement"

    @api.model
    def _record_missing_evidence(self):
        """Keep as evidence the signed documents on file that have none."""
        Evidence = self.env["legal.evidence"]
        signed = self.search(
            [("signed_attachment_id", "!=", False), ("signed_on", "!=", False)]
        )
        made = Evidence.browse()
        for agreement in Evidence._get_without(signed):
            statement = self.env._(
                "Signed fee agreement %(name)s on file. Recorded afterwards, from the"
                " document.",
                name=agreement.name,
            )
            made |= Evidence._record(
                agreement,
                statement,
                "firm",
                partner_id=agreement.partner_id.id,
                attachment_id=agreement.signed_attachment_id.id,
                accepted_at=fields.Datetime.to_datetime(agreement.signed_on),
                is_reconstructed=True,
            )
        return made
