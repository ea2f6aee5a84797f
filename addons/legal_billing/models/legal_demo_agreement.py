import base64
import io

from dateutil.relativedelta import relativedelta
from PIL import Image, ImageDraw

from odoo import Command, api, models

from odoo.addons.legal_timesheet.models.legal_demo_data import RATES

from .legal_demo_agreement_data import (
    AMENDED,
    AMENDING,
    CHF_FACTOR,
    CHF_RATES,
    DRIVE,
    IN_FRANCS,
    INSURER,
    NEIGHBOUR,
    PAID_BY_THREE,
    REFUSED,
    SENT,
)


class LegalDemo(models.AbstractModel):
    """The demo firm's agreements on their way: sent, refused, amended, shared.

    Nothing of it leaves: what clients were sent was sent long ago.
    """

    _inherit = "legal.demo"

    # -- a client in francs ----------------------------------------------------------

    @api.model
    def _demo_rates(self, demo):
        """Give the scale in Swiss francs too, and the franc its rate by the month."""
        made = super()._demo_rates(demo)
        company, franc = demo["company"], self.env.ref("base.CHF")
        franc.active = True
        month = demo["today"].replace(day=1)
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": franc.id,
                    "company_id": company.id,
                    "name": month - relativedelta(months=back),
                    "rate": rate,
                }
                for back, rate in enumerate(CHF_RATES)
            ]
        )
        self.env["legal.rate"].create(
            [
                {
                    "grade_id": self._demo_grade(grade).id,
                    "company_id": company.id,
                    "currency_id": franc.id,
                    "amount": round(new * CHF_FACTOR),
                    "date_from": demo["today"].replace(month=1, day=1)
                    - relativedelta(years=1),
                }
                for grade, (_old, new) in RATES.items()
            ]
        )
        return made

    @api.model
    def _demo_clients(self, demo):
        clients = super()._demo_clients(demo)
        clients[IN_FRANCS].legal_fee_currency_id = self.env.ref("base.CHF")
        return clients

    # -- agreements that wait, were refused or changed -------------------------------

    @api.model
    def _demo_agreements(self, demo):
        agreements = super()._demo_agreements(demo)
        self._demo_payers(demo)
        mails = self.env["mail.mail"].search([], order="id desc", limit=1)
        agreements["amended"] = self._demo_amended(demo, agreements)
        self._demo_amending(demo, agreements)
        self._demo_sent(agreements)
        agreements["refused"] = self._demo_refused(demo)
        self.env["mail.mail"].search([("id", ">", mails.id)]).unlink()
        return agreements

    @api.model
    def _demo_contact(self, matter):
        """Return who signs for a client: its contact, or the client himself."""
        return matter.partner_id.child_ids[:1] or matter.partner_id

    @api.model
    def _demo_amended(self, demo, agreements):
        """Have a second version signed online, with its evidence."""
        first = agreements[AMENDED["matter"]]
        first.action_amend(demo["today"])
        amendment = first.next_ids
        term = amendment.term_ids[:1]
        term.tier_ids.unlink()
        term.write(
            {
                "cap_amount": AMENDED["cap"],
                "tier_ids": [
                    Command.create({"above_hours": above, "percent": percent})
                    for above, percent in AMENDED["steps"]
                ],
            }
        )
        amendment.write({"estimate_amount": AMENDED["estimate"]})
        amendment._fill_clauses()
        contact = self._demo_contact(first.matter_id)
        amendment._send_to_client(contact)
        amendment._client_sign(
            contact.name,
            self._demo_drawing(),
            amendment.sent_digest,
            {
                "channel": "link",
                "ip": "203.0.113.24",
                "agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)",
                "user_id": False,
            },
        )
        return amendment

    @api.model
    def _demo_amending(self, demo, agreements):
        """Leave one amendment in draft: both results can be compared."""
        agreement = agreements[AMENDING["matter"]]
        month = demo["today"].replace(day=1) - relativedelta(months=1)
        agreement.action_amend(month)
        draft = agreement.next_ids
        draft.term_ids[:1].blended_rate = AMENDING["blended_rate"]
        draft._fill_clauses()

    @api.model
    def _demo_sent(self, agreements):
        agreement = agreements[SENT["matter"]]
        agreement._send_to_client(
            self._demo_contact(agreement.matter_id), word=SENT["word"]
        )

    @api.model
    def _demo_refused(self, demo):
        """Open one more matter, whose client wants other terms."""
        client = demo["clients"][REFUSED["client"]]
        opened_on = demo["today"] - relativedelta(days=9)
        matter = self.env["legal.matter"].create(
            {
                "name": REFUSED["name"],
                "company_id": demo["company"].id,
                "partner_id": client.id,
                "practice_area_id": self.env.ref(
                    f"legal_timesheet.practice_area_{REFUSED['area']}"
                ).id,
                "responsible_id": demo["people"][REFUSED["lead"]].id,
                "opened_on": opened_on,
            }
        )
        matter.action_open()
        agreement = self._demo_agreement(
            matter, opened_on, [self._demo_term(REFUSED["term"], demo, None)]
        )
        agreement._send_to_client(client)
        agreement._client_refuse(
            REFUSED["word"],
            {
                "channel": "link",
                "ip": "203.0.113.61",
                "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
                "user_id": False,
            },
        )
        return agreement

    @api.model
    def _demo_drawing(self):
        """Return a signature as the browser sends it: a PNG, in base64."""
        image = Image.new("RGBA", (420, 140), (0, 0, 0, 0))
        strokes = [(30, 105), (70, 30), (95, 110), (140, 45), (165, 100), (215, 60)]
        strokes += [(250, 95), (300, 70), (390, 88)]
        ImageDraw.Draw(image).line(strokes, fill=(20, 30, 70), width=4, joint="curve")
        output = io.BytesIO()
        image.save(output, "PNG")
        return base64.b64encode(output.getvalue()).decode()

    # -- by car ----------------------------------------------------------------------

    @api.model
    def _demo_costs(self, demo):
        """Drive to the site, at the firm's own scale."""
        costs = super()._demo_costs(demo)
        self.env["legal.mileage.rate"].create(
            {
                "company_id": demo["company"].id,
                "vehicle": DRIVE["vehicle"],
                "amount_per_km": DRIVE["rate"],
                "date_from": demo["today"].replace(month=1, day=1)
                - relativedelta(years=1),
                "source": DRIVE["source"],
            }
        )
        months, day = DRIVE["on"]
        costs[DRIVE["matter"], DRIVE["name"]] = self.env["legal.cost"].create(
            {
                "matter_id": demo["matters"][DRIVE["matter"]].id,
                "kind_id": self.env.ref("legal_billing.cost_kind_mileage").id,
                "date": self._demo_day(demo, months, day),
                "name": DRIVE["name"],
                "distance_km": DRIVE["distance"],
                "vehicle": DRIVE["vehicle"],
                "employee_id": demo["people"][DRIVE["who"]].employee_ids[:1].id,
            }
        )
        return costs

    # -- one bill, three payers -------------------------------------------------------

    @api.model
    def _demo_payers(self, demo):
        """Share the bills of a matter: an insurer, a neighbour, and the client."""
        insurer, neighbour = self.env["res.partner"].create(
            [self._demo_client_values(row) for row in (INSURER, NEIGHBOUR)]
        )
        matter = demo["matters"][PAID_BY_THREE["matter"]]
        rows = [
            {
                "partner_id": insurer.id,
                "kind": "insurer",
                "amount_limit": PAID_BY_THREE["ceiling"],
                "reference": PAID_BY_THREE["claim"],
                "covers": "fees",
                "scale_ids": [
                    Command.create({"name": name, "amount": amount, "sequence": rank})
                    for rank, (name, amount) in enumerate(PAID_BY_THREE["scale"])
                ],
            },
            {
                "partner_id": neighbour.id,
                "kind": "percent",
                "percent": PAID_BY_THREE["percent"],
            },
            {
                "partner_id": matter.partner_id.id,
                "kind": "remainder",
                "invoice_text_policy": "detailed",
            },
        ]
        matter.payer_ids = [
            Command.create({"sequence": 10 * rank, **row})
            for rank, row in enumerate(rows, 1)
        ]
