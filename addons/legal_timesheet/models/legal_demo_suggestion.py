from datetime import datetime, time, timedelta

import pytz

from odoo import Command, api, fields, models

#: subject, person of the firm, client and its contact if any, days ago, hour, minutes
MEETINGS = [
    ("Opposition INPI – point d'étape", "claire", "geneve", 0, time(8, 30), 45),
    ("Préparation de l'audience de conciliation", "claire", "martin", 1, time(10), 60),
    ("Convention de divorce – relecture", "claire", "nguyen", 1, time(15), 90),
]


class LegalDemo(models.AbstractModel):
    """Real meetings, so that there is something to suggest."""

    _inherit = "legal.demo"

    @api.model
    def _demo_steps(self):
        return [*super()._demo_steps(), "meetings"]

    @api.model
    def _demo_meetings(self, demo):
        """Return the meetings, and a message that Claire sent to her client."""
        Event = self.env["calendar.event"].with_context(
            dont_notify=True, no_mail_to_attendees=True
        )
        events = Event.create(
            [self._demo_meeting_values(row, demo) for row in MEETINGS]
        )
        self._demo_message_sent(demo)
        return events

    @api.model
    def _demo_meeting_values(self, row, demo):
        subject, person, client, days_ago, hour, minutes = row
        user = demo["people"][person]
        partner = demo["clients"][client]
        start = self._demo_moment(user, demo["today"] - timedelta(days_ago), hour)
        return {
            "name": subject,
            "start": start,
            "stop": start + timedelta(minutes=minutes),
            "user_id": user.id,
            "partner_ids": [
                Command.set((user.partner_id | (partner.child_ids[:1] or partner)).ids)
            ],
        }

    @api.model
    def _demo_moment(self, user, day, hour):
        """Return an hour of the day where a person lives, in UTC."""
        zone = pytz.timezone(user.tz or "UTC")
        local = zone.localize(datetime.combine(day, hour))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _demo_message_sent(self, demo):
        """A message that is there to be read; nothing is sent."""
        sent_at = self._demo_moment(
            demo["people"]["claire"], demo["today"], time(9, 40)
        )
        claire, client = demo["people"]["claire"], demo["clients"]["martin"]
        return self.env["mail.message"].create(
            {
                "model": "legal.matter",
                "res_id": demo["matters"]["licenciement"].id,
                "author_id": claire.partner_id.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "subject": "Projet de conclusions",
                "body": "<p>Vous trouverez ci-joint le projet de conclusions.</p>",
                "partner_ids": [Command.set(client.ids)],
                "date": min(sent_at, fields.Datetime.now()),
            }
        )
