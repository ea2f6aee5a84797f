import json

from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.exceptions import UserError
from odoo.http import request

from ..controllers.private_page import get_headers, protect

#: parameters that hold a key: compared as bytes, they hold nothing but ASCII
KEYS = ("access_token", "payment_token", "token", "key", "payload", "code", "seen")
LONGEST = 4000


class IrHttp(models.AbstractModel):
    """What holds for every route of ours, those to come included.

    Their answers are private, the ones that refuse too; a route marked with
    ``legal_limit`` is tried so many times an hour only.
    """

    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        rule, args = super()._match(path_info)
        request.legal_endpoint = rule.endpoint
        request.legal_path_args = args
        return rule, args

    @classmethod
    def _dispatch(cls, endpoint):
        if not get_headers(endpoint):
            return super()._dispatch(endpoint)
        cls._legal_clean_params()
        use = endpoint.routing.get("legal_limit")
        if use and request.httprequest.method != "OPTIONS":
            try:
                cls._legal_limit(use)
            except UserError as refusal:
                if endpoint.routing["type"] != "http":
                    raise
                return cls._legal_render_wait(refusal.args[0])
        return super()._dispatch(endpoint)

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        headers = cls._legal_get_headers()
        if headers:
            protect(response, headers)

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        headers = cls._legal_get_headers()
        if not headers:
            return response
        if isinstance(response, HTTPException):
            response = response.get_response(request.httprequest.environ)
        if (response.mimetype or "") == "application/json":
            cls._legal_hide_traceback(response, exception)
        protect(response, headers)
        return response

    # -- ours --------------------------------------------------------------------

    @classmethod
    def _legal_get_headers(cls):
        endpoint = getattr(request, "legal_endpoint", None)
        return get_headers(endpoint) if endpoint else {}

    @classmethod
    def _legal_clean_params(cls):
        """Drop what no database column nor comparison of keys takes."""
        for name, value in request.params.items():
            if (
                name in KEYS
                and value
                and not (isinstance(value, str) and value.isascii())
            ):
                value = "-"
            if isinstance(value, str):
                request.params[name] = value.replace("\0", "")

    @classmethod
    def _legal_hide_traceback(cls, response, exception):
        """Clients read the sentence written for them, and nothing of the code."""
        answer = json.loads(response.get_data(as_text=True))
        data = answer.get("error", {}).get("data")
        if not data:
            return
        data["debug"] = ""
        if not isinstance(exception, UserError | HTTPException):
            data["message"] = request.env._(
                "This did not work, and nothing was changed: try again, or call us."
            )
            data["arguments"] = [data["message"]]
        response.set_data(json.dumps(answer))

    @classmethod
    def _legal_limit(cls, use):
        """Count this try, once, however often the transaction is started anew."""
        if getattr(request, "legal_is_counted", False):
            return
        request.legal_is_counted = True
        request.env["legal.portal.limit"]._check_use(
            use, cls._legal_get_limit_key(), request.httprequest.remote_addr
        )

    @classmethod
    def _legal_get_limit_key(cls):
        """Return what is tried, and with which key or by whom.

        A wrong key counts apart: who guesses does not lock out who holds the right
        one.
        """
        if not request.env.user._is_public():
            return f"user {request.env.uid}"
        given = {**request.httprequest.args, **request.params}
        found = [f"{name}={given[name]}" for name in KEYS[:-1] if given.get(name)]
        found += [
            f"{name}={value}"
            for name, value in request.legal_path_args.items()
            if isinstance(value, int)
        ]
        return "&".join(sorted(found))

    @classmethod
    def _legal_render_wait(cls, words):
        """Return a page that keeps what was typed, says when to go on, and where."""
        typed = [
            value
            for name, value in request.httprequest.form.items()
            if name not in ("csrf_token", "seen") and len(value) <= LONGEST
        ]
        # sudo: the letterhead of the firm, public as it is
        firm = request.env.company.sudo()
        Approval = request.env["legal.time.client.approval"].sudo()
        response = request.render(
            "legal_timesheet.portal_wait",
            {
                "page": {
                    "title": request.env._("One moment – %(firm)s", firm=firm.name),
                    "firm": Approval._get_firm(firm),
                },
                "words": words,
                "typed": [value for value in typed if value.strip()],
                "back": cls._legal_get_back(),
                "lang_code": (request.env.lang or "en_US").split("_")[0],
            },
            status=429,
        )
        response.flatten()
        return response

    @classmethod
    def _legal_get_back(cls):
        """Return the nearest page of ours at or above this address."""
        path = request.httprequest.path
        routes = request.env["ir.http"].routing_map().bind("")
        token = request.httprequest.args.get("access_token")
        while path.strip("/"):
            try:
                endpoint, _args = routes.match(path, method="GET")
            except HTTPException:
                endpoint = None
            if endpoint and get_headers(endpoint):
                return f"{path}?access_token={token}" if token else path
            path = path.rsplit("/", 1)[0]
        return ""
