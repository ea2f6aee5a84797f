from collections import defaultdict

from odoo import Command, api, models
from odoo.exceptions import UserError

from ..engine import fees, split
from .legal_prebill_allowance import ALLOWANCES


class AccountMove(models.Model):
    """Credit notes that say what becomes of each act they take back.

    A plan is ``{invoice: {invoice line: [(pre-bill line, amount, outcome)]}}``.
    """

    _inherit = "account.move"

    # -- the plan ----------------------------------------------------------------

    def _legal_plan_credit(self, choices):
        """Work out what crediting these pre-bill lines takes off these invoices.

        Allowances follow what stays; deposits go back to their provision as far as
        what stays billed no longer covers them.

        :param choices: {pre-bill line: (outcome, amount or ``None`` for all)}
        :raise UserError: an act is on another invoice too, or too much is asked
        """
        # sudo: callers were checked; the plan holds ids and sums alone.
        moves = self.sudo()
        left = moves.invoice_line_ids.filtered("prebill_line_ids")._legal_get_left()
        spots = defaultdict(list)
        for line, shares in left.items():
            for prebill_line, amount in shares.items():
                spots[prebill_line.id].append((line, amount))
        plan = {move: defaultdict(list) for move in moves}
        for prebill_line, (outcome, amount) in choices.items():
            prebill_line = prebill_line.sudo()
            if prebill_line.kind == "provision" or self._legal_follows(prebill_line):
                continue
            found = spots.get(prebill_line.id)
            if not found:
                continue
            if outcome == "give_back":
                prebill_line._legal_check_all_invoices(self)
            outcome, parts = self._legal_part_credit(
                prebill_line, outcome, amount, found
            )
            for (line, _whole), part in zip(found, parts, strict=True):
                plan[line.move_id][line].append((prebill_line, part, outcome))
        self._legal_plan_allowances(plan, spots)
        for move in moves:
            move._legal_plan_deposits(plan[move], left, choices)
        return plan

    @api.model
    def _legal_follows(self, prebill_line):
        """Tell whether a line is worked out from the others and goes with them."""
        return prebill_line.is_derived and prebill_line.kind != "minimum"

    @api.model
    def _legal_part_credit(self, prebill_line, outcome, amount, found):
        """Return (outcome, part of each invoice line) of one pre-bill line."""
        whole = sum(part for _line, part in found)
        currency = prebill_line.currency_id
        if amount is None or not currency.compare_amounts(amount, whole):
            if outcome == "reduce":
                outcome = "write_off"  # nothing is left of it
            return outcome, [part for _line, part in found]
        if outcome == "give_back":
            raise UserError(
                self.env._(
                    "“%(line)s” goes back whole or not at all: to credit"
                    " %(amount)s of it, lower its amount and leave its hours billed.",
                    line=prebill_line._get_label(),
                    amount=currency.format(amount),
                )
            )
        if amount <= 0 or currency.compare_amounts(amount, whole) > 0:
            raise UserError(
                self.env._(
                    "%(left)s is left to credit of “%(line)s”: enter an amount above"
                    " zero and no more than that.",
                    line=prebill_line._get_label(),
                    left=currency.format(whole),
                )
            )
        parts = split.by_weights(
            fees.to_decimal(amount),
            [fees.to_decimal(part) for _line, part in found],
            fees.to_decimal(currency.rounding),
        )
        return "reduce", [float(part) for part in parts]

    def _legal_plan_allowances(self, plan, spots):
        """Let discounts, caps and percentages follow the work that stays billed."""
        chosen = defaultdict(set)
        for rows in plan.values():
            for credits in rows.values():
                for prebill_line, _amount, outcome in credits:
                    if outcome != "reduce":
                        chosen[prebill_line.prebill_id].add(prebill_line.id)
        Line = self.env["legal.prebill.line"].sudo()
        for prebill, ids in chosen.items():
            lines = prebill.line_ids
            before = lines.filtered(lambda li: not li.is_live or li._is_given_up())
            followers = lines.filtered(self._legal_follows)
            if not followers:
                continue
            targets = prebill._get_allowances_without(Line.browse(ids) | before)
            stays = (prebill._get_billed_lines() - Line.browse(ids) - before).filtered(
                lambda li: li.kind != "provision"
            )
            for follower in followers:
                target = targets.get((follower.term_id, follower.allowance_key), 0.0)
                if not stays:
                    target = 0.0
                elif follower.decision != "bill" and follower.kind not in ALLOWANCES:
                    target = follower.amount
                self._legal_plan_follower(plan, spots, follower, target, bool(stays))

    def _legal_plan_follower(self, plan, spots, follower, target, stays):
        found = spots.get(follower.id)
        if not found:
            return
        currency = follower.currency_id
        left = sum(part for _line, part in found)
        if currency.is_zero(left):
            return
        # These invoices may bear a part of it only: it shrinks in proportion.
        shares = sum(line._legal_get_shares()[follower] for line, _part in found)
        if follower.amount:
            target = currency.round(target * shares / follower.amount)
        amount = left - target
        if amount * left <= 0:
            return
        amount = min(amount, left, key=abs)
        outcome = (
            "reduce"
            if stays and currency.compare_amounts(amount, left)
            else ("give_back")
        )
        parts = split.by_weights(
            fees.to_decimal(currency.round(amount)),
            [fees.to_decimal(part) for _line, part in found],
            fees.to_decimal(currency.rounding),
        )
        for (line, _whole), part in zip(found, parts, strict=True):
            plan[line.move_id][line].append((follower, float(part), outcome))

    def _legal_plan_deposits(self, rows, left, choices):
        """Give back the deposits that what stays billed no longer covers."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda li: li.display_type == "product")
        deposits = lines.filtered("legal_provision_id").sorted(
            lambda li: (li.sequence, li.id), reverse=True
        )
        for taxes, own in deposits.grouped("tax_ids").items():
            billed = sum(
                sum(left.get(line, {}).values()) if line in left else 0.0
                for line in lines
                if line.tax_ids == taxes and not line.legal_provision_id
            )
            billed -= sum(
                amount
                for line, credits in rows.items()
                if line.tax_ids == taxes and not line.legal_provision_id
                for _prebill_line, amount, _outcome in credits
            )
            held = -sum(sum(left.get(line, {}).values()) for line in own)
            owed = max(held - billed, 0.0)
            for line in own:
                for prebill_line, amount in left.get(line, {}).items():
                    asked = min(-amount, owed)
                    owed -= asked
                    if prebill_line in choices:
                        asked = -amount
                    asked = self.currency_id.round(asked)
                    if self.currency_id.is_zero(asked):
                        continue
                    whole = not self.currency_id.compare_amounts(asked, -amount)
                    rows[line].append(
                        (prebill_line, -asked, "give_back" if whole else "reduce")
                    )

    # -- the credit note -----------------------------------------------------------

    def _legal_credit(self, choices, date, reason, reason_id=None):
        """Issue the credit notes of these invoices for the chosen pre-bill lines.

        :param choices: as for :meth:`_legal_plan_credit`
        :param str reason: printed on each credit note
        :param reason_id: legal.writeoff.reason of what is given up
        :return: the posted credit notes, one for each invoice concerned
        """
        self._legal_check_creditable()
        plan = self._legal_plan_credit(choices)
        refunds = self.browse()
        for move in self:
            rows = plan[move.sudo()]
            if not any(credits for credits in rows.values()):
                continue
            if move.currency_id.is_zero(
                sum(abs(c[1]) for credits in rows.values() for c in credits)
            ):
                continue
            refund = move._reverse_moves(
                [move._legal_prepare_credit_note(date, reason)]
            )
            refund._legal_shape_credit_note(rows)
            refund._legal_write_credits(rows, reason_id)
            refunds |= refund
        if not refunds:
            raise UserError(
                self.env._(
                    "Nothing is left to credit on %(invoices)s for this choice: tick"
                    " a line that was billed.",
                    invoices=", ".join(self.mapped("name")),
                )
            )
        refunds.action_post()
        return refunds

    def _legal_prepare_credit_note(self, date, reason):
        move = self._legal_in_client_language()
        return {
            "date": date,
            "invoice_date": date,
            "invoice_date_due": date,
            "invoice_payment_term_id": False,
            "ref": move.env._(
                "Credit note on: %(number)s, %(reason)s",
                number=move.name,
                reason=reason,
            ),
        }

    def _legal_shape_credit_note(self, rows):
        """Keep of a whole reversal what the plan takes back."""
        self.ensure_one()
        commands, kept, pending = [], set(), []
        lines = self.invoice_line_ids.sorted(lambda li: (li.sequence, li.id))
        for line in lines:
            if line.display_type != "product":
                if line.display_type == "line_section":
                    pending = []
                pending.append(line)
                continue
            credits = rows.get(line.legal_origin_line_id.sudo(), [])
            vals = self._legal_prepare_credit_line(line, credits)
            if vals is None:
                commands.append(Command.delete(line.id))
                continue
            kept.update(_innermost(pending))
            pending = []
            if vals:
                commands.append(Command.update(line.id, vals))
        commands += [
            Command.delete(line.id)
            for line in lines
            if line.display_type in ("line_section", "line_subsection")
            and line.id not in kept
        ]
        if commands:
            self.write({"invoice_line_ids": commands})

    @api.model
    def _legal_prepare_credit_line(self, line, credits):
        """Return what changes on a line, ``None`` when it takes nothing back."""
        currency = line.currency_id
        amount = currency.round(sum(credit[1] for credit in credits))
        if currency.is_zero(amount):
            return None
        origin = line.legal_origin_line_id.sudo()
        if not currency.compare_amounts(amount, origin.price_subtotal):
            return {}
        hours = _get_hours(credits)
        vals = {
            "name": self.env._("%(label)s (in part)", label=line.name),
            "quantity": -1.0 if amount < 0 else 1.0,
            "price_unit": currency.round(abs(amount)),
        }
        if hours and line.product_uom_id == self.env.ref("uom.product_uom_hour"):
            product = hours * line.price_unit
            if not currency.compare_amounts(product, amount):
                vals = {"quantity": hours, "price_unit": line.price_unit}
        return vals

    def _legal_write_credits(self, rows, reason_id=None):
        """Write down what this credit note takes back of each pre-bill line."""
        self.ensure_one()
        # sudo: an accountant credits invoices of matters he does not see; the rows
        # stand behind the wall like the lines they are about.
        Credit = self.env["legal.prebill.credit"].sudo()
        Credit.search([("move_id", "=", self.id)]).unlink()
        lines = self.sudo().invoice_line_ids.filtered("legal_origin_line_id")
        by_origin = {line.legal_origin_line_id: line for line in lines}
        Credit.create(
            [
                {
                    "prebill_line_id": prebill_line.id,
                    "origin_line_id": origin.id,
                    # work without an amount goes with any line of the document
                    "line_id": by_origin.get(origin, lines[:1]).id,
                    "amount": amount,
                    "outcome": outcome,
                    "reason_id": outcome != "give_back" and reason_id and reason_id.id,
                }
                for origin, credits in rows.items()
                for prebill_line, amount, outcome in credits
            ]
        )

    # -- stock reversal --------------------------------------------------------------

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Let a whole reversal give every act back, whoever asks for it."""
        legal = self.filtered(lambda move: move._legal_has_acts())
        if not legal:
            return super()._reverse_moves(default_values_list, cancel)
        if cancel:
            # Posted at once below, when what it takes back is written down.
            default_values_list = default_values_list or [{} for _move in self]
            self.line_ids.remove_move_reconcile()
        refunds = super()._reverse_moves(default_values_list, cancel=False)
        for move, refund in zip(self, refunds, strict=True):
            if move in legal:
                move._legal_hand_down(refund)
        if cancel:
            refunds.with_context(move_reverse_cancel=cancel)._post(soft=False)
        return refunds

    def _legal_has_acts(self):
        """Tell whether this is an invoice made from pre-bills."""
        self.ensure_one()
        # sudo: whether an invoice comes from a pre-bill is no secret.
        return self.move_type == "out_invoice" and bool(
            self.sudo().invoice_line_ids.prebill_line_ids
        )

    def _legal_hand_down(self, refund):
        """Give a credit note the payer, the period and the acts of its invoice."""
        self.ensure_one()
        # sudo: see _legal_write_credits.
        move = self.sudo()
        refund.sudo().write(
            {
                "legal_payer_id": move.legal_payer_id.id,
                "legal_period_from": move.legal_period_from,
                "legal_period_to": move.legal_period_to,
            }
        )
        left = move.invoice_line_ids.filtered("prebill_line_ids")._legal_get_left()
        rows = {
            line: [
                (prebill_line, amount, "give_back")
                for prebill_line, amount in shares.items()
            ]
            for line, shares in left.items()
        }
        refund._legal_shape_credit_note(rows)  # earlier credit notes took their part
        refund._legal_write_credits(rows)


def _innermost(pending):
    """Return the ids of the headings that stand over the next line."""
    section = [line.id for line in pending if line.display_type == "line_section"][-1:]
    sub = [line.id for line in pending if line.display_type == "line_subsection"][-1:]
    return section + sub


def _get_hours(credits):
    """Return the hours credited whole, zero when anything else is."""
    lines = [credit[0] for credit in credits if credit[1]]
    if any(line.kind != "time" for line in lines):
        return 0.0
    if any(outcome == "reduce" for _line, _amount, outcome in credits):
        return 0.0
    hours = sum(
        fees.to_decimal(line.hours) - fees.to_decimal(line.hours_package)
        for line in lines
    )
    return float(round(hours, 2)) if hours == round(hours, 2) else 0.0
