from datetime import timedelta

from odoo import fields

from .common_terms import LegalTermsCommon


class LegalCapCommon(LegalTermsCommon):
    """Agreements whose limits are used up, at days around today."""

    def _day(self, back):
        return fields.Date.context_today(self.env.user) - timedelta(days=back)

    def _limited(self, *terms, **kw):
        """Return (matter, signed agreement) running for sixty days."""
        start = self._day(60)
        matter = self._create_matter(opened_on=start, **kw.pop("matter_values", {}))
        agreement = self._create_agreement(
            matter, list(terms), date_from=start, signed_on=start, **kw
        )
        return matter, agreement

    def _settle(self):
        """Do what the end of a transaction does."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def _work(self, matter, lawyer, hours, back, **kw):
        entry = self._create_entry(matter, lawyer, hours, self._day(back), **kw)
        self._settle()
        return entry

    def _events(self, matter):
        return self.env["legal.cap.event"].search(
            [("matter_id", "=", matter.id)], order="id"
        )

    def _levels(self, matter):
        """Return [(threshold, state)] in the order they came."""
        return [(e.threshold, e.state) for e in self._events(matter)]

    def _notify(self, event, **kw):
        """Write to the client about an event, as its responsible; return the event."""
        responsible = event.matter_id.responsible_id
        notice = (
            self.env["legal.cap.notice"]
            .with_user(responsible)
            .create({"event_id": event.id, **kw})
        )
        notice.action_send()
        return event
