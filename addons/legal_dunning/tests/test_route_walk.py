import ast
import hashlib
import json
import logging
import re
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from lxml import html

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.legal_billing.tests.axe import AccessibleCase
from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    HideKeys,
    get_owners,
)

from .route_table import ROUTES
from .route_world import PASSWORD, RouteWorldCommon, secrets

PART = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
MUTED = (
    "odoo.http",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.payment.controllers.portal",
    "odoo.addons.account_payment.controllers.payment",
    "werkzeug",
)
#: done once the frame to sign in is there
DRAWN = """
new Promise((resolve) => {
    const look = () => document.querySelector("canvas.o_web_sign_signature")
        ? resolve() : setTimeout(look, 50);
    look();
})
"""
ADDONS = (
    "odoo.addons.legal_timesheet.",
    "odoo.addons.legal_billing.",
    "odoo.addons.legal_dunning.",
)
#: parts of a path that are no key
PLAIN = {"verb", "monday", "design", "step"}
#: written whatever is asked: tries counted, sessions, what a first page compiles
READINGS = {"legal_reading_event", "legal_reading_event_matter_rel"}
ALWAYS = {"legal_portal_limit", "res_device_log", "res_users_log", "ir_attachment"}


def get_routes(env):
    """Return {(method, address): endpoint} of what the three addons answer.

    A glue addon, which may be installed or not, tries its own.
    """
    found = {}
    thread = threading.current_thread()
    # The map is made for the database that the thread serves.
    thread.dbname = getattr(thread, "dbname", None) or env.cr.dbname
    for rule in env["ir.http"].routing_map().iter_rules():
        routing = rule.endpoint.routing
        if not any(owner.startswith(ADDONS) for owner in get_owners(rule.endpoint)):
            continue
        methods = routing.get("methods") or ["ANY"]
        if routing["type"] != "http":
            methods = ["JSON"]
        for method in methods:
            if method != "OPTIONS":
                found[method, rule.rule] = rule.endpoint
    return found


@tagged("post_install", "-at_install")
class TestRouteTable(TransactionCase):
    """What holds for every route, read from the registry: none can be forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.routes = get_routes(cls.env)

    def test_every_route_is_walked(self):
        self.assertGreater(len(self.routes), 30)
        for route in sorted(self.routes.keys() - ROUTES.keys()):
            with self.subTest(route):
                self.fail(
                    f"Nobody tries to misuse {' '.join(route)}: add it to ROUTES in"
                    " legal_dunning/tests/route_table.py, with its right call (the"
                    " record, its key and what is posted)."
                )

    def test_whatever_is_sent_by_strangers_is_limited(self):
        for (method, address), endpoint in self.routes.items():
            routing = endpoint.routing
            is_sent = method in ("POST", "JSON")
            if routing["auth"] != "user" and is_sent:
                with self.subTest(address):
                    self.assertIn(
                        routing.get("legal_limit"),
                        ("message", "answer", "payment", "lookup"),
                        "Mark the route with legal_limit=…: it is open to everybody.",
                    )

    def test_posts_without_a_session_token_are_behind_a_key(self):
        for (method, address), endpoint in self.routes.items():
            if method == "POST" and endpoint.routing.get("csrf") is False:
                with self.subTest(address):
                    call = ROUTES[method, address]
                    self.assertTrue(
                        call.key or call.is_open,
                        "A POST without CSRF token is behind the key of a link.",
                    )

    def test_no_key_in_the_log(self):
        key = "Zq9-sEcReT_kEy0123"
        for _method, address in self.routes:
            names = [name for kind, name in PART.findall(address) if kind == "string"]
            names = [name for name in names if name not in PLAIN]
            path = PART.sub(
                lambda part, names=names: key if part[2] in names else "7", address
            )
            for line in (f"{path}?access_token={key}&done=1", f"{path}/"):
                record = logging.LogRecord(
                    "werkzeug", 20, "", 0, '"GET %s HTTP/1.1" 200', (line,), None
                )
                HideKeys().filter(record)
                with self.subTest(line):
                    self.assertNotIn("sEcReT", record.getMessage())
        for name in ("werkzeug", "odoo.http"):
            self.assertTrue(
                any(isinstance(f, HideKeys) for f in logging.getLogger(name).filters)
            )

    def test_keys_are_compared_in_constant_time(self):
        """No ``==`` on a key in the code: how long it takes would tell of it."""
        modules = self.env["ir.module.module"].search(
            [("name", "=like", "legal\\_%"), ("state", "=", "installed")]
        )
        for module in modules.mapped("name"):
            for folder in ("controllers", "models", "wizards"):
                for file in Path(get_module_path(module), folder).glob("*.py"):
                    tree = ast.parse(file.read_text())
                    for node in ast.walk(tree):
                        if isinstance(node, ast.Compare) and self._tells(node):
                            with self.subTest(f"{file.name}:{node.lineno}"):
                                self.fail("Compare a key with consteq.")

    def _tells(self, node):
        sides = [node.left, *node.comparators]
        if not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            return False
        if any(isinstance(side, ast.Constant) for side in sides):
            return False
        names = [
            getattr(side, "attr", None) or getattr(side, "id", None) or ""
            for side in sides
        ]
        return any(
            name.endswith(("token", "nonce")) or name in ("link_key", "secret")
            for name in names
        )


@tagged("post_install", "-at_install")
class TestRouteWalk(AccessibleCase, RouteWorldCommon):
    """Every route of ours, called as it should not be: nothing shown nor written."""

    def setUp(self):
        super().setUp()
        routes = get_routes(self.env)
        self.calls = {route: ROUTES[route] for route in routes if route in ROUTES}
        self.url_open("/my/invoices/0")  # compiles what a first page needs
        # Tries are counted in another test.
        self._set_limits("0")

    def _set_limits(self, most):
        parameters = self.env["ir.config_parameter"].sudo()
        for use in ("message", "answer", "payment", "lookup"):
            for suffix in ("", "_address"):
                parameters.set_param(f"legal_timesheet.limit_{use}{suffix}", most)

    # -- calling ---------------------------------------------------------------

    def _send(self, route, call, world, args=None, key="", method=None, body=None):
        """Call a route, with what is given in place of what is right."""
        kind, address = route
        args = call.args(world) if args is None else args
        if call.place not in ("query", "json") and call.key:
            args = {**args, call.place: key or "-"}
        path = PART.sub(lambda part: quote(str(args[part[2]]), safe=""), address)
        query = dict(call.query(world))
        if call.place == "query" and key:
            query["access_token"] = key
        body = call.data(self, world) if body is None else body
        url = f"{path}?{urlencode(query)}" if query else path
        if kind == "JSON" and not method:
            if call.place == "json":
                body = {**body, "access_token": key or None}
            return self.url_open(
                url,
                data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": body}),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            )
        method = method or ("GET" if kind == "ANY" else kind)
        if method in ("GET", "HEAD"):
            return self.url_open(url, method=method, allow_redirects=False)
        return self.url_open(
            url, data=body or {"x": "1"}, method=method, allow_redirects=False
        )

    def _count_writes(self):
        """Return {table: rows written in this transaction}."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
            "  FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        found = {name: n for name, n in self.env.cr.fetchall() if name not in ALWAYS}
        # Answering an agreement locks it by writing what it holds already.
        self.env.cr.execute(
            "SELECT md5(string_agg(t::text, '|' ORDER BY id))"
            "  FROM legal_fee_agreement AS t"
        )
        found["legal_fee_agreement"] = self.env.cr.fetchone()[0]
        return found

    @contextmanager
    def _undone(self):
        """Take back what is done in between."""
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT walk")
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            self.env.cr.execute("ROLLBACK TO SAVEPOINT walk")

    def assertRefused(self, label, route, call, world, hidden, **kw):
        """Assert that a wrong call shows and writes nothing, and ends well."""
        before = self._count_writes()
        response = self._send(route, call, world, **kw)
        after = self._count_writes()
        with self.subTest(f"{label}: {' '.join(route)}"):
            self.assertLess(response.status_code, 500)
            self.assertNotEqual(response.status_code, 418)
            written = {name for name in after if after[name] != before.get(name)}
            if call.notes:
                written -= READINGS
                self.assertFalse(
                    self.env["legal.reading.event"]
                    .sudo()
                    .search([("kind", "=", "listed"), ("move_id", "=", world.move.id)])
                )
            self.assertFalse(written, "something was written")
            self.assertFalse(response.content.startswith(b"%PDF"))
            text = response.text
            if response.headers.get("Content-Type", "").startswith("application/json"):
                error = response.json().get("error", {"data": {"name": "odoo."}})
                self.assertRegex(error["data"]["name"], r"^(odoo|werkzeug)\.")
            for word in (*hidden, "Traceback"):
                self.assertNotIn(word, text)
            # No route of ours was reached: another method, another kind of body.
            if response.status_code not in (404, 405, 415) or b"o_legal" in (
                response.content
            ):
                self.assertPrivate(response)
        return response

    def assertPrivate(self, response):
        headers = response.headers
        self.assertIn("no-store", headers.get("Cache-Control", ""))
        self.assertIn("noindex", headers.get("X-Robots-Tag", ""))
        self.assertIn(headers.get("Referrer-Policy"), ("no-referrer", "same-origin"))
        self.assertIn("frame-ancestors", headers.get("Content-Security-Policy", ""))

    # -- the right calls: else the wrong ones would prove nothing ------------------

    @mute_logger(*MUTED)
    def test_right_calls_are_answered(self):
        world = self.mine
        logins = {
            "client": self._create_login("signataire", world.contact),
            "firm": self.env.user,
        }
        logins["firm"].password = PASSWORD
        # The contact of the client, and the client himself where he alone may.
        client = self._create_login("vauban", world.client)
        for route, call in self.calls.items():
            with self._undone(), self.subTest(" ".join(route)):
                if call.key:
                    self.logout(keep_db=True)
                else:
                    user = logins[call.who]
                    if route[1] == "/my/matters":
                        user = client
                    self.authenticate(user.login, PASSWORD)
                before = self._count_writes()
                response = self._send(
                    route, call, world, key=call.key and call.key(world)
                )
                after = self._count_writes()
                self.assertLess(response.status_code, 405)
                self.assertPrivate(response)
                if call.shows:
                    self.assertEqual(response.status_code, 200)
                    self.assertTrue(
                        any(word in response.text for word in secrets(world))
                        or response.content.startswith(b"%PDF"),
                        response.text[:200],
                    )
                if call.writes:
                    self.assertNotEqual(before, after)
                    if route[0] == "JSON":
                        self.assertNotIn("error", response.json())

    # -- by a link -----------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_wrong_keys_and_altered_ids_open_nothing(self):
        mine, theirs = self.mine, self.theirs
        hidden, places = secrets(mine), set()
        for route, call in self.calls.items():
            key = call.key and call.key(mine)
            wrong = {"no key": ""}
            if call.key:
                wrong |= {
                    "the other payer's key": call.key(theirs),
                    "an altered key": key[:-1] + ("A" if key[-1] != "A" else "B"),
                }
                if (route[0], call.place) not in places:  # read in one place for all
                    places.add((route[0], call.place))
                    wrong["a key of other letters"] = "é" * 300
                    wrong["a key that is a number"] = f"c{'9' * 5000}-x"
                    if call.place == "json":
                        wrong["a key that is no text"] = ["x"]
                if call.place not in ("query", "json") and not call.args(mine):
                    del wrong["the other payer's key"]  # it says itself what it opens
            for label, value in wrong.items():
                self.assertRefused(label, route, call, mine, hidden, key=value)
            for label, args, world in self._alter(call):
                right = call.key(world) if call.key else ""
                self.assertRefused(
                    label, route, call, mine, hidden, args=args, key=right
                )

    def _alter(self, call):
        """Yield (label, the path's arguments with another one's id, whose key)."""
        mine, theirs = call.args(self.mine), call.args(self.theirs)
        for name, value in mine.items():
            if not isinstance(value, int):
                continue
            # Their own record with one id of mine below it, or the other way round;
            # where there is but one, the other payer's key above is the same.
            if len([v for v in mine.values() if isinstance(v, int)]) > 1:
                yield f"{name} of mine", {**theirs, name: value}, self.theirs
            yield f"{name} of nothing", {**mine, name: 2**70}, self.mine

    @mute_logger(*MUTED)
    def test_other_methods_and_kinds_of_request_do_nothing(self):
        mine = self.mine
        hidden = secrets(mine)
        for route, call in self.calls.items():
            key = call.key and call.key(mine)
            method = "POST" if route[0] in ("ANY", "GET") else "GET"
            if (method, route[1]) not in self.calls:
                self.assertRefused(
                    f"by {method}", route, call, mine, hidden, key=key, method=method
                )

    @mute_logger(*MUTED)
    def test_links_that_are_over_show_nothing(self):
        mine = self.mine
        for route, call in self.calls.items():
            if not call.over:
                continue
            with self._undone():
                records, values = call.over(mine)
                key = call.key(mine)
                records.write(values)
                self.env.flush_all()
                response = self.assertRefused(
                    "an expired link",
                    route,
                    call,
                    mine,
                    [mine.move.name, mine.matter.matter_number, mine.word],
                    key=key,
                )
                if route[0] != "JSON":
                    self.assertIn(response.status_code, (303, 404, 410))
        with self._undone():
            self.mine.link._revoke()
            self.env.flush_all()
            route = ("GET", "/legal/client/<int:link_id>/<string:key>")
            self.assertRefused(
                "a revoked link",
                route,
                ROUTES[route],
                mine,
                secrets(mine),
                key=mine.link._get_key(),
            )

    # -- signed in -----------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_people_signed_in_reach_nothing_of_others(self):
        for who, user in self.people.items():
            self.authenticate(user.login, PASSWORD)
            self.url_open("/my")
            for route, call in self.calls.items():
                args = call.args(self.mine)
                if call.key and not args:
                    continue  # the key says itself what it opens
                if user == self.people["the opponent"] and "matter_id" not in args:
                    continue  # to the rest he is any other client
                self.assertRefused(who, route, call, self.mine, secrets(self.mine))
        self.env.user.password = PASSWORD
        self.authenticate(self.env.user.login, PASSWORD)
        for route, call in self.calls.items():
            for name, value in call.args(self.mine).items():
                if call.who == "firm" and isinstance(value, int):
                    args = {**call.args(self.mine), name: MAX_ID + 1}
                    self.assertRefused(
                        "no record", route, call, self.mine, [], args=args
                    )

    # -- amounts -------------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_amounts_of_the_browser_are_not_believed(self):
        world = self.mine
        world.plan.sudo()._client_accept(
            *("Signataire", "1008", "", True, world.plan.sent_digest),
            {"channel": "link", "ip": "203.0.113.7", "agent": "", "user_id": False},
        )
        Transaction = self.env["payment.transaction"].sudo()
        for route, call in self.calls.items():
            if not call.amount:
                continue
            right = call.data(self, world)
            for change in (
                {"amount": 0.01},
                {"amount": -1},
                {"amount": right["amount"] + 0.01},
                {"amount": 1e12},
                {"amount": "1"},
                {"amount": float("nan")},
                {"currency_id": self.env.ref("base.USD").id},
                {"partner_id": self.theirs.client.id},
                {"invoice_ids": [Command.set(self.theirs.move.ids)]},
                {"provider_id": MAX_ID},
            ):
                with self._undone(), self.subTest(f"{route[1]} {change}"):
                    before = Transaction.search([])
                    response = self._send(
                        route,
                        call,
                        world,
                        key=call.key(world),
                        body={**right, **change},
                    )
                    self.assertLess(response.status_code, 500)
                    self.assertNotIn("Traceback", response.text)
                    for made in Transaction.search([]) - before:
                        # A part may be paid, nothing beyond what is due.
                        self.assertLessEqual(made.amount, right["amount"])
                        self.assertGreater(made.amount, 0)
                        self.assertEqual(made.currency_id, world.move.currency_id)
                        self.assertNotIn(self.theirs.move, made.invoice_ids)
                        self.assertNotIn("evil", made.landing_route)

    # -- what is accepted ------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_each_consent_leaves_the_same_evidence(self):
        world, Evidence = self.mine, self.env["legal.evidence"]
        for address, record, page in (
            (
                "/legal/time/<int:approval_id>/<string:token>/<string:verb>",
                world.time,
                "/legal/time/<int:approval_id>/<string:token>",
            ),
            (
                "/my/matters/<int:matter_id>/notice/<int:notice_id>/<string:verb>",
                world.notice,
                "/my/matters/<int:matter_id>",
            ),
            (
                "/my/agreements/<int:agreement_id>/sign",
                world.agreement,
                "/my/agreements/<int:agreement_id>",
            ),
            ("/my/plans/<int:plan_id>/accept", world.plan, "/my/plans/<int:plan_id>"),
        ):
            with self.subTest(record._name):
                kind = "JSON" if address.endswith("/sign") else "POST"
                call = self.calls[kind, address]
                key = call.key(world)
                before = fields.Datetime.now()
                for _time in range(2):  # a double click leaves one
                    self._send((kind, address), call, world, key=key)
                self.env.invalidate_all()
                evidence = Evidence.search(record._domain_evidence(record))
                self.assertEqual(len(evidence), 1)
                self.assertEqual(
                    (evidence.act, evidence.typed_name, evidence.ip, evidence.channel),
                    ("accepted", "Signataire", "127.0.0.1", "link"),
                )
                self.assertTrue(evidence.agent and evidence.statement)
                self.assertTrue(evidence.partner_id)
                self.assertLess((evidence.accepted_at - before).seconds, 60)
                read = evidence.sudo().attachment_id.raw or evidence.text.encode()
                self.assertEqual(evidence.sha256, hashlib.sha256(read).hexdigest())
                self.assertTrue(evidence.is_intact)
                for change in (
                    lambda kept=evidence: kept.sudo().write({"ip": "203.0.113.9"}),
                    lambda kept=evidence: kept.sudo().unlink(),
                ):
                    with self.assertRaises(UserError):
                        change()
                self.assertEqual(record.evidence_count, 1)
                listed = Evidence.search(record.action_open_evidence()["domain"])
                self.assertEqual(listed, evidence)
                matter = evidence.matter_id
                of_matter = Evidence.search(matter.action_open_evidence()["domain"])
                self.assertIn(evidence, of_matter)
                self.assertEqual(matter.evidence_count, len(of_matter))
                opened = evidence.action_open_record()
                self.assertEqual(
                    (opened["res_model"], opened["res_id"]), (record._name, record.id)
                )
                shown = self._send(
                    ("GET", page), self.calls["GET", page], world, key=key
                )
                receipt = html.fromstring(shown.content).xpath(
                    "//*[contains(@class, 'o_legal_consent_done')]"
                )
                self.assertTrue(receipt, "no receipt")
                self.assertIn(
                    evidence.sha256[:12],
                    re.sub(r"\s", "", receipt[0].text_content()),
                )

    # -- read by everybody ------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_pages_have_no_serious_fault_for_readers_with_disabilities(self):
        """axe-core, on a phone and on a desk."""
        world = self.mine
        paid = self.theirs.move
        self._pay(paid)
        over = world.notice.copy({"expires_on": "2020-01-01", "threshold": 99})
        over.sudo().write({"access_token": "over" * 8, "state": "sent"})
        self.env.flush_all()
        first_on = date.today() + timedelta(days=7)
        invoice = world.move.get_portal_url()
        unfold = "document.querySelectorAll('details').forEach((d) => (d.open = true))"
        accept = f"/my/plans/{world.plan.id}?access_token={world.plan.access_token}"
        agreement = f"/my/agreements/{world.agreement.id}?access_token="
        self.assert_accessible(
            (invoice, unfold),
            f"{invoice}&payment=True",
            paid.get_portal_url(),
            world.provision.get_portal_url(),
            (f"{invoice.replace('?', '/contest?')}&kind=dispute", unfold),
            f"{invoice.replace('?', '/plan?')}&count=3&first_on={first_on}",
            (accept, unfold),
            (agreement + world.agreement.sudo().client_token, f"{unfold}; {DRAWN}"),
            (f"/legal/time/{world.time.id}/{world.time.access_token}", unfold),
            f"/my/matters/{world.matter.id}?access_token={world.notice.access_token}",
            f"/my/matters/{world.matter.id}?access_token={over.access_token}",
            (world.link._get_path(), unfold),
            (f"{world.link._get_path()}/pay", unfold),
            f"{world.link._get_path()}/preferences",
            "/legal/pay",
            "/my/invoices/0?access_token=x",
        )
        # signed in
        user = self._create_login("lecteur", world.client)
        user.password = user.login
        self.assert_accessible(
            "/my/matters",
            "/my/agreements",
            "/my/time",
            "/my/account-summary",
            login=user.login,
        )

    # -- too often -----------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_too_many_tries_end_in_a_sentence_and_a_way_back(self):
        world = self.mine
        self._set_limits("1")
        for route in (
            ("JSON", "/invoice/transaction/<int:invoice_id>"),
            ("POST", "/my/agreements/<int:agreement_id>/question"),
            ("POST", "/legal/time/<int:approval_id>/<string:token>/<string:verb>"),
        ):
            call = self.calls[route]
            with self._undone(), self.subTest(" ".join(route)):
                for _time in range(2):
                    response = self._send(route, call, world, key=call.key(world))
                self.assertIn("minutes", response.text)
                if route[0] == "JSON":
                    self.assertFalse(response.json()["error"]["data"]["debug"])
                    continue
                self.assertEqual(response.status_code, 429)
                self.assertPrivate(response)
                back = re.search(r'href="(/[^"]+)"[^>]*>[^<]*page', response.text)
                self.assertTrue(back, "no way back")
        # a wrong key does not lock out who holds the right one
        self._set_limits("0")
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("legal_timesheet.limit_message", "1")
        route = ("POST", "/my/invoices/<int:invoice_id>/contest")
        call = self.calls[route]
        for _time in range(3):
            self._send(route, call, world, key="guessed")
        response = self._send(route, call, world, key=call.key(world))
        self.assertEqual(response.status_code, 303)
