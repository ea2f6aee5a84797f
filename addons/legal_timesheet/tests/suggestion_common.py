from datetime import timedelta

from odoo import Command, fields

from .common import LegalCommon


class SuggestionCommon(LegalCommon):
    """A matter of yesterday: Bob works on it, Anne answers for it.

    Suggestions are about the near past: the days here are relative to today.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.day = cls.today - timedelta(1)
        cls.nine = fields.Datetime.to_datetime(cls.day) + timedelta(hours=9)
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Mme Durand",
                "parent_id": cls.client.id,
                "email": "durand@client-sa.example.com",
            }
        )
        cls.bob = cls.associate_user
        cls.bob.tz = cls.partner_user.tz = "UTC"
        cls.matter = cls._create_matter(name="Bail commercial")
        cls.Suggestion = cls.env["legal.time.suggestion"].with_user(cls.bob)

    @classmethod
    def _create_event(cls, **kw):
        """Return a meeting of Bob with Mme Durand, yesterday from nine to ten."""
        people = kw.pop("people", cls.bob.partner_id | cls.contact)
        return (
            cls.env["calendar.event"]
            .with_context(dont_notify=True, no_mail_to_attendees=True)
            .create(
                {
                    "name": "Point",
                    "start": cls.nine,
                    "stop": cls.nine + timedelta(hours=1),
                    "user_id": cls.bob.id,
                    "partner_ids": [Command.set(people.ids)],
                    **kw,
                }
            )
        )

    @classmethod
    def _create_message(cls, record, **kw):
        """Return a message that Bob sent yesterday on a record."""
        return cls.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "author_id": cls.bob.partner_id.id,
                "message_type": "comment",
                "subtype_id": cls.env.ref("mail.mt_comment").id,
                "subject": "Conclusions",
                "body": "<p>Secret words</p>",
                "date": cls.nine,
                **kw,
            }
        )

    @classmethod
    def _create_task(cls, **kw):
        return cls.env["project.task"].create(
            {
                "name": "Assignation",
                "project_id": cls.matter.project_id.id,
                "user_ids": [Command.set(cls.bob.ids)],
                **kw,
            }
        )

    def _gather(self, user=None, first=None, last=None):
        """Return what is proposed to a person (Bob) for yesterday."""
        own = self.env["legal.time.suggestion"].with_user(user or self.bob)
        self.env.flush_all()
        self.env.invalidate_all()
        own._gather(first or self.day, last or self.day)
        return own.search([("state", "=", "proposed")])
