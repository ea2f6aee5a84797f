from odoo import api, models
from odoo.tools import SQL


class LegalLedgerTruth(models.AbstractModel):
    """What documents alone say of every source: the one place that works it out.

    It reads posted invoices, credit notes and their rows, never the states that are
    stored on entries and costs: these are compared with it.
    """

    _name = "legal.ledger.truth"
    _description = "What the Documents Say"

    @api.model
    def _lines(self, company):
        """Return the SQL of (line, sources, status) of the live pre-bill lines."""
        return SQL(
            """SELECT l.id AS line_id, l.prebill_id, l.entry_id, l.cost_id,
                      l.instalment_id, l.amount_standard, l.amount, n.credited,
                      CASE
                        WHEN l.decision = 'write_off' THEN
                          CASE WHEN p.state IN ('approved', 'invoiced')
                               THEN 'written_off' ELSE 'on_prebill' END
                        WHEN NOT n.is_posted THEN 'on_prebill'
                        WHEN n.is_given_up THEN 'written_off'
                        WHEN n.is_settled THEN 'paid'
                        ELSE 'billed'
                      END AS status
                 FROM legal_prebill_line l
                 JOIN legal_prebill p ON p.id = l.prebill_id
                 JOIN LATERAL (
                   SELECT COALESCE(BOOL_AND(mv.state = 'posted'), FALSE) AS is_posted,
                          COALESCE(BOOL_AND(mv.payment_state IN
                              ('paid', 'in_payment', 'reversed')), FALSE) AS is_settled,
                          COUNT(mv.id) > 0 AND BOOL_AND(COALESCE(c.given_back, FALSE))
                              AS is_given_back,
                          COALESCE(SUM(c.amount), 0) AS credited,
                          CASE WHEN l.amount = 0
                               THEN COALESCE(BOOL_AND(COALESCE(c.given_up, FALSE)),
                                             FALSE)
                               ELSE COUNT(c.amount) > 0
                                AND ABS(l.amount - COALESCE(SUM(c.amount), 0)) < 1e-6
                          END AS is_given_up
                     FROM legal_prebill_line_move_line_rel r
                     JOIN account_move_line il ON il.id = r.account_move_line_id
                     JOIN account_move mv ON mv.id = il.move_id
                      AND mv.state != 'cancel'
                     LEFT JOIN LATERAL (
                       SELECT SUM(k.amount) AS amount,
                              BOOL_OR(k.outcome = 'give_back') AS given_back,
                              BOOL_OR(k.outcome != 'reduce') AS given_up
                         FROM legal_prebill_credit k
                         JOIN account_move_line kl ON kl.id = k.line_id
                         JOIN account_move km ON km.id = kl.move_id
                        WHERE k.prebill_line_id = l.id AND k.origin_line_id = il.id
                          AND km.state = 'posted') c ON TRUE
                    WHERE r.legal_prebill_line_id = l.id) n ON TRUE
                WHERE l.company_id = %(company)s AND l.active
                  AND p.state != 'cancelled' AND l.decision != 'postpone'
                  AND NOT COALESCE(n.is_given_back, FALSE)""",
            company=company.id,
        )

    @api.model
    def _get_sources(self, company, table, column, amount, status):
        """Return [(status, stored sum, true sum, ids that differ)] of a kind of source.

        :param SQL amount: value of a source
        :param SQL status: its stored status
        """
        return self.env.execute_query(
            SQL(
                """WITH truth AS (%(truth)s),
                   compared AS (
                     SELECT s.id, %(amount)s AS amount, %(status)s AS stored,
                            t.status AS found
                       FROM %(table)s s
                       LEFT JOIN truth t ON t.%(column)s = s.id
                      WHERE s.company_id = %(company)s AND s.matter_id IS NOT NULL
                        AND (t.status IS NOT NULL OR %(status)s IN
                             ('on_prebill', 'billed', 'paid', 'written_off')))
                   SELECT state,
                          COALESCE(SUM(amount) FILTER (WHERE stored = state), 0),
                          COALESCE(SUM(amount) FILTER (WHERE found = state), 0),
                          ARRAY_AGG(id) FILTER (WHERE stored IS DISTINCT FROM found
                              AND state IN (stored, found))
                     FROM compared
                     JOIN (VALUES ('on_prebill'), ('billed'), ('paid'),
                                  ('written_off')) AS states (state)
                       ON state = stored OR state = found
                    GROUP BY state""",
                truth=self._lines(company),
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                amount=amount,
                status=status,
                company=company.id,
            )
        )

    @api.model
    def _get_bills(self, company):
        """Return [(section, currency, pre-bill lines, documents, ids that differ)].

        Pre-bill lines after credit notes, against invoice lines less credit notes, of
        the pre-bills whose invoices are all issued; the ids are of pre-bills.
        """
        return self.env.execute_query(
            SQL(
                """WITH waiting AS (
                     SELECT DISTINCT l.prebill_id
                       FROM legal_prebill_line l
                       JOIN legal_prebill_line_move_line_rel r
                         ON r.legal_prebill_line_id = l.id
                       JOIN account_move_line il ON il.id = r.account_move_line_id
                      WHERE il.company_id = %(company)s AND il.parent_state = 'draft'),
                   ours AS (
                     SELECT l.prebill_id, l.section, l.currency_id,
                            SUM(l.amount - COALESCE(k.amount, 0)) AS amount
                       FROM legal_prebill_line l
                       LEFT JOIN LATERAL (
                         SELECT SUM(c.amount) AS amount FROM legal_prebill_credit c
                          WHERE c.prebill_line_id = l.id AND c.is_in_force) k ON TRUE
                      WHERE l.company_id = %(company)s
                        AND l.prebill_id NOT IN (SELECT prebill_id FROM waiting)
                        AND EXISTS (
                            SELECT 1 FROM legal_prebill_line_move_line_rel r
                              JOIN account_move_line il
                                ON il.id = r.account_move_line_id
                             WHERE r.legal_prebill_line_id = l.id
                               AND il.parent_state = 'posted')
                      GROUP BY l.prebill_id, l.section, l.currency_id),
                   billed AS (
                     SELECT il.id, MIN(l.prebill_id) AS prebill_id,
                            MIN(l.section) AS section, MIN(l.currency_id) AS currency_id
                       FROM account_move_line il
                       JOIN legal_prebill_line_move_line_rel r
                         ON r.account_move_line_id = il.id
                       JOIN legal_prebill_line l ON l.id = r.legal_prebill_line_id
                      WHERE il.company_id = %(company)s AND il.parent_state = 'posted'
                        AND l.amount != 0
                        AND l.prebill_id NOT IN (SELECT prebill_id FROM waiting)
                      GROUP BY il.id),
                   theirs AS (
                     SELECT b.prebill_id, b.section, b.currency_id,
                            -SUM(il.amount_currency) AS amount
                       FROM billed b
                       JOIN account_move_line il
                         ON il.id = b.id OR (il.legal_origin_line_id = b.id
                            AND il.parent_state = 'posted')
                      GROUP BY b.prebill_id, b.section, b.currency_id)
                   SELECT COALESCE(o.section, t.section),
                          COALESCE(o.currency_id, t.currency_id),
                          COALESCE(SUM(o.amount), 0), COALESCE(SUM(t.amount), 0),
                          ARRAY_AGG(COALESCE(o.prebill_id, t.prebill_id)) FILTER (
                            WHERE ABS(COALESCE(o.amount, 0) - COALESCE(t.amount, 0))
                                  > 0.000001)
                     FROM ours o
                     FULL JOIN theirs t ON t.prebill_id = o.prebill_id
                      AND t.section = o.section AND t.currency_id = o.currency_id
                    GROUP BY 1, 2""",
                company=company.id,
            )
        )
