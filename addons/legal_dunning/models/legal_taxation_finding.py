from odoo import models


class LegalTaxationFile(models.Model):
    """What is still missing to ask well, and how to mend it."""

    _inherit = "legal.taxation.file"

    def _get_findings(self):
        """Return a sentence for each thing that is missing, with how to mend it."""
        self.ensure_one()
        own = self.sudo()
        return [
            sentence
            for sentence in (
                *own._find_about_agreement(),
                *own._find_about_notice(),
                *own._find_about_account(),
                *own._find_about_payer(),
                *own._find_about_time(),
            )
            if sentence
        ]

    def _find_about_agreement(self):
        if self.procedure != "assessment":
            return []
        criteria = self.criteria or ""
        agreements = self._get_agreements()
        unkept = agreements.filtered(lambda a: not a.signed_attachment_id)
        if unkept:
            return [
                self.env._(
                    "The signed copy of %(agreement)s is not kept, the file shows its"
                    " words without signatures: add the scan as an exhibit.",
                    agreement=unkept[0].name,
                )
            ]
        if agreements or (criteria and "…" not in criteria):
            return []
        return [
            self.env._(
                "No agreement was signed: replace the dots in the criteria of article"
                " 10, or attach the signed agreement to the matter."
            )
        ]

    def _find_about_notice(self):
        kinds = self.piece_ids.filtered("is_included").mapped("kind")
        sentences = []
        if "notice" not in kinds:
            sentences.append(
                self.env._(
                    "No formal notice is in the file: send one from the reminders, or"
                    " add the letter as an exhibit."
                )
            )
        elif "receipt" not in kinds:
            sentences.append(
                self.env._(
                    "The receipt of the formal notice is missing: scan it and add it as"
                    " an exhibit."
                )
            )
        if "receipt" in kinds and not self.notice_received_on:
            sentences.append(
                self.env._("Write the day on which the formal notice was received.")
            )
        return sentences

    def _find_about_account(self):
        sentences = []
        account = self.matter_id and self._get_final_account()
        if account and account.state != "issued":
            sentences.append(
                self.env._(
                    "The final account %(account)s is a draft: issue it, so that the"
                    " client has it before the bâtonnier.",
                    account=account.name,
                )
            )
        sentences += [
            self.env._(
                "The expense “%(cost)s” has no proof: attach it to the cost, then look"
                " for exhibits again.",
                cost=cost.name,
            )
            for cost in self._get_costs()
            if not cost.proof_attachment_ids
        ]
        problem = self._get_interest()[2]
        if problem:
            sentences.append(problem)
        return sentences

    def _find_about_payer(self):
        payer = self.partner_id.commercial_partner_id
        kinds = self.piece_ids.filtered("is_included").mapped("kind")
        sentences = []
        if not (payer.street and payer.city):
            sentences.append(
                self.env._(
                    "The address of %(payer)s is incomplete: the decision must be"
                    " notified, complete it on the contact.",
                    payer=payer.name,
                )
            )
        if payer.is_company and "register" not in kinds:
            sentences.append(
                self.env._(
                    "The extract of the company register of %(payer)s is missing: add"
                    " one of less than three months, it also shows collective"
                    " proceedings.",
                    payer=payer.name,
                )
            )
        return sentences

    def _find_about_time(self):
        if not self.matter_id:
            return []
        sentences = []
        if not self.matter_id.mandate_ended_on:
            sentences.append(
                self.env._(
                    "The end of the mandate is not recorded on %(matter)s: the"
                    " prescription is counted from the earliest plausible day.",
                    matter=self.matter_id._neutral_label(),
                )
            )
        clock = self._get_clock()
        if clock and clock.state == "expired":
            sentences.append(
                self.env._(
                    "The fees are prescribed since %(day)s: the client may say so and"
                    " win.",
                    day=self._day(clock.deadline),
                )
            )
        return sentences
