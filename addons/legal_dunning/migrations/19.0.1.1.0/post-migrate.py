from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Turn each disputed amount entered on an invoice into a dispute of its own."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        SELECT move.id, move.disputed_amount
          FROM account_move move
         WHERE move.disputed_amount > 0
           AND move.state = 'posted'
           AND NOT EXISTS (
               SELECT 1 FROM legal_dispute dispute WHERE dispute.move_id = move.id
           )
        """
    )
    for move_id, amount in cr.fetchall():
        move = env["account.move"].browse(move_id)
        part = min(float(amount), move.amount_residual)
        if move.currency_id.compare_amounts(part, 0) > 0:
            move._set_disputed_by_hand(part)
