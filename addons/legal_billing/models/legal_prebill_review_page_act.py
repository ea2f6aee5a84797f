from odoo import api, fields, models
from odoo.exceptions import UserError


class LegalPrebill(models.Model):
    """What a partner does on the page of the review: one call a gesture.

    Each act goes through the public method of the pre-bill or its lines that checks
    the rights and keeps the history; this only finds the lines and says what the page
    looks like then.
    """

    _inherit = "legal.prebill"

    @api.model
    def act_on_review_page(self, prebill_id, act, values=None, preview=False):
        """Do one act, or show what it would do.

        :param str act: see the ``_page_act_*`` methods
        :param bool preview: nothing is kept: the page is as it would be
        :return: ``{"page": …, "row": the pre-bill in the queue}``
        :raise UserError: the act is refused; nothing was done
        """
        prebill = self._browse_for_review(prebill_id)
        handler = getattr(prebill, f"_page_act_{act}", None)
        if not handler:
            raise UserError(
                self.env._(
                    "The page asks for something that is not known here: load it again."
                )
            )
        if not preview:
            handler(**(values or {}))
            return prebill._get_review_answer()
        savepoint = self.env.cr.savepoint()
        try:
            handler(**(values or {}))
            return prebill._get_review_answer()
        finally:
            # It forgets the caches too: nothing of the preview is left.
            savepoint.close(rollback=True)

    def _get_review_answer(self):
        self.ensure_one()
        page = self.get_review_page(self.id)
        return {"page": page, "row": self._get_review_rows()[0]}

    def _get_page_lines(self, line_ids):
        """Return lines of this pre-bill; those of others are not meant."""
        lines = self.line_ids.filtered(lambda li: li.id in set(line_ids or ()))
        if line_ids and not lines:
            raise UserError(
                self.env._(
                    "These lines have left the pre-bill %(prebill)s: look at it again.",
                    prebill=self.display_name,
                )
            )
        return lines

    # -- lines ---------------------------------------------------------------------

    def _page_act_edit(self, line_id, **vals):
        line = self._get_page_lines([line_id])
        line._check_may_decide()
        line._edit_for_review(vals)

    def _page_act_decide(self, line_ids, **kw):
        self._get_page_lines(line_ids).act(**kw)

    def _page_act_restore(self, line_ids):
        self._get_page_lines(line_ids).restore()

    def _page_act_move(self, line_ids, matter_id, note=None):
        self._get_page_lines(line_ids).move_to_matter(matter_id, note=note)

    def _page_act_group(self, line_ids, label=""):
        self._get_page_lines(line_ids).group(label)

    def _page_act_merge(self, line_ids, narrative=None):
        lines = self._get_page_lines(line_ids)
        lines[:1].merge_with((lines - lines[:1]).ids, narrative=narrative)

    def _page_act_unmerge(self, line_ids):
        self._get_page_lines(line_ids).unmerge()

    def _page_act_split(self, line_id, parts):
        self._get_page_lines([line_id]).split_entry(parts)

    def _page_act_look(self):
        """Look again, e.g. after something was mended elsewhere."""

    # -- the whole -----------------------------------------------------------------

    def _page_act_target(self, target, **kw):
        self.adjust_to(target, **kw)

    def _page_act_discount(self, **kw):
        self.set_discount(**kw)

    def _page_act_message(self, message):
        self.check_access("write")
        self._check_may_review(self.env["legal.prebill.line"])
        self.write({"client_message": (message or "").strip() or False})

    def _page_act_call(self, day, note=None):
        self.plan_call(fields.Date.to_date(day) or False, note=note)

    def _page_act_called(self):
        self.action_call_made()

    def _page_act_undo(self):
        if self.state == "approved":
            self.action_reopen()
        elif not self.undo_last():
            raise UserError(
                self.env._(
                    "Nothing was changed on %(prebill)s: there is nothing to undo.",
                    prebill=self.display_name,
                )
            )

    def _page_act_approve(self):
        self.action_approve()

    def _page_act_reopen(self):
        self.action_reopen()

    def _page_act_release(self):
        self.check_access("write")
        self.action_release()

    def _page_act_dismiss(self, anomaly_id, word):
        self.anomaly_ids.filtered(lambda a: a.id == anomaly_id)._dismiss(word)
