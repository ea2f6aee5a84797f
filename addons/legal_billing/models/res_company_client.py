import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

SITE = re.compile(r"https?://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?", re.I)


class ResCompany(models.Model):
    """The clients' page: how long its links hold, its words, where it may stand."""

    _inherit = "res.company"

    legal_client_link_days = fields.Integer(
        string="Days a client's link holds",
        default=365,
        help="Of the page that shows a client what he owes and paid. The code printed"
        " on invoices opens it too: keep it long. A link that is over offers a new"
        " one.",
    )
    legal_code_opens = fields.Selection(
        [("account", "The client's page"), ("document", "The invoice alone")],
        string="The printed code opens",
        default="account",
        required=True,
    )
    legal_client_welcome = fields.Text(
        string="Words of welcome", translate=True, help="At the head of the page."
    )
    legal_client_word = fields.Text(
        string="Words under the total",
        translate=True,
        help="For instance how to reach the accounting.",
    )
    legal_client_sites = fields.Text(
        string="Sites that may show it",
        help="The firm's own sites, one a line, with https://. They may show the form"
        " by which a client asks for his link.",
    )

    _legal_client_link_days_bounded = models.Constraint(
        "CHECK (legal_client_link_days BETWEEN 1 AND 1095)",
        "A client's link holds from 1 to 1095 days.",
    )

    @api.constrains("legal_client_sites")
    def _check_legal_client_sites(self):
        for company in self:
            for site in company._legal_get_sites():
                if not SITE.fullmatch(site):
                    raise ValidationError(
                        self.env._(
                            "“%(site)s” is no address of a site: write it as"
                            " https://www.example.fr, one a line, without a path.",
                            site=site,
                        )
                    )

    def _legal_get_sites(self):
        """Return the addresses of the firm's sites, as browsers compare them."""
        self.ensure_one()
        lines = (self.legal_client_sites or "").split()
        return [line.strip().rstrip("/").lower() for line in lines if line.strip()]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    legal_client_link_days = fields.Integer(
        related="company_id.legal_client_link_days", readonly=False
    )
    legal_code_opens = fields.Selection(
        related="company_id.legal_code_opens", readonly=False
    )
    legal_client_welcome = fields.Text(
        related="company_id.legal_client_welcome", readonly=False
    )
    legal_client_word = fields.Text(
        related="company_id.legal_client_word", readonly=False
    )
    legal_client_sites = fields.Text(
        related="company_id.legal_client_sites", readonly=False
    )
    legal_client_snippet = fields.Text(compute="_compute_legal_client_snippet")

    @api.depends("company_id")
    def _compute_legal_client_snippet(self):
        for settings in self:
            company = settings.company_id
            # apart from the text it goes into, where no term is looked for
            title = settings.env._("Pay an invoice")
            url = f"{company.get_base_url()}/legal/pay?firm={company.id}&amp;embed=1"
            settings.legal_client_snippet = (
                f'<iframe src="{url}" title="{title}"'
                ' style="width: 100%; height: 560px; border: 0" loading="lazy">'
                "</iframe>"
            )

    def action_revoke_client_links(self):
        return self.env["legal.client.link"].action_revoke_all()
