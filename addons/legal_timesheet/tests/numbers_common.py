from odoo import Command

from .common import LegalCommon

SUMS = ["hours:sum", "hours_billable:sum", "amount:sum"]


class NumbersCommon(LegalCommon):
    """A company of its own, whose hours are known: 11.5 worked, 7.5 walled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Firm of Numbers"})
        cls.env.user.company_ids = [Command.link(cls.company.id)]
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.client = cls._create_client(name="Client of Numbers")
        cls.rate = cls._create_rate(amount=200, company_id=cls.company.id)
        cls.anne = cls._create_lawyer(name="Nina Partner", company=cls.company)
        cls.bob = cls._create_lawyer(name="Noah Associate", company=cls.company)
        cls.zoe = cls._create_lawyer(name="Zoe Other", company=cls.company)
        office = "legal_timesheet.group_legal_office"
        cls.office = cls._create_lawyer(
            name="Olga Number", company=cls.company, groups=office
        )
        cls.boss = cls._create_lawyer(
            name="Max Manager",
            company=cls.company,
            groups="legal_timesheet.group_legal_management",
        )
        cls.open_matter = cls._make_matter(cls.anne, cls.bob)
        cls.walled = cls._make_matter(cls.anne, cls.bob | cls.zoe, is_walled=True)
        cls.second_walled = cls._make_matter(cls.anne, cls.bob, is_walled=True)
        cls._make_entry(cls.open_matter, cls.bob, 2.0)
        cls._make_entry(cls.open_matter, cls.anne, 1.0)
        cls._make_entry(
            cls.open_matter,
            cls.bob,
            1.0,
            activity_code_id=cls.activity_internal.id,
        )
        cls._make_entry(cls.walled, cls.bob, 3.0)
        cls._make_entry(cls.walled, cls.zoe, 0.5)
        cls._make_entry(cls.second_walled, cls.bob, 4.0)
        cls.env.flush_all()

    @classmethod
    def _make_matter(cls, responsible, members, **kw):
        return cls._create_matter(
            responsible_id=responsible.id,
            members=members,
            company_id=cls.company.id,
            partner_id=cls.client.id,
            **kw,
        )

    @classmethod
    def _make_entry(cls, matter, user, hours, **kw):
        return cls._create_time_entry(matter=matter, user=user, unit_amount=hours, **kw)

    def _report(self, user):
        self.env.invalidate_all()
        return self.env["legal.time.report"].with_user(user)

    def _group(self, user, groupby=(), domain=(), aggregates=SUMS):
        return self._report(user)._read_group(list(domain), groupby, aggregates)
