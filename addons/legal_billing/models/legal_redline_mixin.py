from contextlib import contextmanager
from uuid import uuid4

from odoo import models


class Act:
    """What one person does in one go to pre-bills, and what it changed.

    Put in the context by :meth:`legal.redline.mixin._as_act`: no caller from outside
    can put such an object there. What is written meanwhile belongs to one batch; the
    lines worked out from the others follow once, at the end.
    """

    def __init__(self, kind, reason=None, note=None, undoes=None):
        self.kind, self.reason, self.note, self.undoes = kind, reason, note, undoes
        self.batch = uuid4().hex
        self.is_over = False
        self.lines = {}  # id of a line: its values before
        self.prebills = {}  # id of a pre-bill: its values before
        self.discounts = {}  # id of a pre-bill: its discount before
        self.created = []
        self.rows = []  # what is no value of a field
        self.to_sync = set()


#: no person's act: a pre-bill is made, or lines follow the others
QUIET = Act("quiet")
QUIET.is_over = True


class LegalRedlineMixin(models.AbstractModel):
    """Records whose changes by people are kept as revisions of a pre-bill."""

    _name = "legal.redline.mixin"
    _description = "Changes Kept as Revisions"

    def _get_act(self):
        act = self.env.context.get("legal_act")
        return act if isinstance(act, Act) and not act.is_over else None

    def _is_quiet(self):
        return self.env.context.get("legal_act") is QUIET

    @contextmanager
    def _as_act(self, kind, reason=None, note=None, undoes=None):
        """Make all that is written inside one act, one batch, one undo.

        An act inside another is part of it.

        :return: these records, to be worked on inside
        """
        if self._get_act():
            yield self
            return
        act = Act(kind, reason, note, undoes)
        records = self.with_context(legal_act=act)
        yield records
        records.env["legal.prebill"]._finish_act(act)

    def _quietly(self):
        return self.with_context(legal_act=QUIET)
