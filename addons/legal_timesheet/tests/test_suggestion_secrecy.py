import json
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .suggestion_common import SuggestionCommon

MODEL = "legal.time.suggestion"
SEEN = "legal.time.suggestion.seen"
SECRET = "Unmistakable secret"
LEGAL = "legal_timesheet.group_legal_user"
EXPORT = "base.group_allow_export"
MANAGERS = (
    f"{LEGAL},project.group_project_manager,hr_timesheet.group_timesheet_manager"
    f",hr.group_hr_manager,{EXPORT}"
)
SYSTEM = (
    f"{LEGAL},legal_timesheet.group_legal_administrator,base.group_system"
    f",base.group_erp_manager,{EXPORT}"
)


class SecrecyCommon(SuggestionCommon):
    """Bob has three suggestions; everybody else tries to learn of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = {
            "responsible": cls.partner_user,
            "manager": cls._create_lawyer(name="Max Manager", groups=MANAGERS),
            "office": cls._create_lawyer(
                name="Olga Office",
                groups=f"legal_timesheet.group_legal_office,{EXPORT}",
            ),
            "administrator": cls._create_lawyer(
                name="Ada Admin",
                groups=f"legal_timesheet.group_legal_administrator,{EXPORT}",
            ),
            "system": cls._create_lawyer(name="Sam System", groups=SYSTEM),
            "portal": new_test_user(
                cls.env, login="portal.sugg", groups="base.group_portal"
            ),
        }
        cls.partner_user.group_ids = [Command.link(cls.env.ref(EXPORT).id)]
        cls._create_event(name=SECRET, matter_id=cls.matter.id)
        cls._create_message(cls.matter, subject=SECRET)
        cls._create_message(cls.matter, subject=SECRET)
        cls.Suggestion._gather(cls.day, cls.day)
        cls.env.flush_all()
        cls.rows = cls.Suggestion.search([])
        cls.env.invalidate_all()

    def _each(self):
        """Yield who tries, with own rights and with elevated ones."""
        for who, user in self.others.items():
            for is_elevated in (False, True):
                self.env.invalidate_all()
                with self.subTest(who=who, is_elevated=is_elevated):
                    model = self.env[MODEL].with_user(user).sudo(is_elevated)
                    yield model, model.browse(self.rows.ids)

    def _try(self, call, *args, **kwargs):
        """Return what a call gives, None when it is refused."""
        try:
            with self.env.cr.savepoint():
                return call(*args, **kwargs)
        except (AccessError, MissingError, UserError):
            return None


@tagged("post_install", "-at_install")
class TestSuggestionSecrecy(SecrecyCommon):
    def test_the_owner_reads_them(self):
        self.assertEqual(len(self.rows), 3)
        self.assertEqual(set(self.rows.mapped("name")), {SECRET})

    # ---------------------------------------------------------------- by any path

    def test_search_and_count(self):
        everything = [
            [],
            [("name", "ilike", SECRET)],
            [("user_id", "=", self.bob.id)],
            ["|", ("id", ">", 0), ("matter_id.name", "ilike", "a")],
            [("create_uid", "=", self.bob.id)],
        ]
        for model, _rows in self._each():
            for domain in everything:
                self.assertFalse(self._try(model.search, domain))
                self.assertFalse(self._try(model.search_count, domain))
                self.assertFalse(self._try(model.search_read, domain, ["name"]))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_read(self):
        for _model, rows in self._each():
            for row in rows:
                for name in row._fields:
                    found = self._try(lambda r=row, n=name: r.read([n]))
                    values = {k: v for k, v in (found or [{}])[0].items() if k != "id"}
                    self.assertFalse(any(values.values()), name)
                self.assertFalse(self._try(lambda r=row: r.display_name))
                self.assertFalse(self._try(lambda r=row: r.web_read({"name": {}})))
                self.assertFalse(self._try(lambda r=row: r.mapped("matter_id.name")))

    def test_groups(self):
        for model, _rows in self._each():
            for groupby in ([], ["user_id"], ["create_uid"], ["day:month"], ["kind"]):
                for group in (
                    self._try(model._read_group, [], groupby, ["__count"]) or []
                ):
                    self.assertEqual(group[-1], 0)
                for row in (
                    self._try(model.formatted_read_group, [], groupby, ["__count"])
                    or []
                ):
                    self.assertEqual(row["__count"], 0)
            found = self._try(model.web_read_group, [], ["user_id"], ["__count"])
            self.assertFalse((found or {}).get("groups"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_export(self):
        for _model, rows in self._each():
            data = self._try(lambda r=rows: r.export_data(["name", "matter_id/name"]))
            self.assertNotIn(SECRET, json.dumps(data, default=str))

    def test_name_search(self):
        for model, _rows in self._each():
            self.assertFalse(self._try(lambda m=model: m.name_search("", limit=None)))
            self.assertFalse(self._try(lambda m=model: m.name_search(SECRET)))

    def test_access(self):
        for who, user in self.others.items():
            rows = self.rows.with_user(user)
            for operation in ("read", "write", "unlink"):
                with self.subTest(who=who, operation=operation):
                    self.assertFalse(rows.has_access(operation))
                    self.assertFalse(rows._filtered_access(operation))

    def test_the_page_shows_only_ones_own(self):
        for who, user in self.others.items():
            if user.share:
                continue
            with self.subTest(who=who):
                own = self.env[MODEL].with_user(user)
                self.assertFalse(own.get_cards()["cards"])
                for call in (own.accept, own.discard):
                    with self.assertRaises(UserError):
                        call(self.rows.ids)
                own.undo_accept(self.rows.ids)
        self.assertEqual(self.Suggestion.search([]), self.rows)

    def test_portal_has_no_page(self):
        own = self.env[MODEL].with_user(self.others["portal"])
        with self.assertRaises(AccessError):
            own.accept(self.rows.ids)
        self.assertFalse(self._try(lambda: own.get_cards()["cards"]))

    # ----------------------------------------------------------- from other models

    def test_no_field_of_any_model_leads_to_them(self):
        """Walk the registry: nothing links to suggestions, so nothing is related
        to them or computed from them."""
        for model in self.env.registry.values():
            for field in model._fields.values():
                if model._name in (MODEL, SEEN):
                    continue
                self.assertNotIn(field.comodel_name, (MODEL, SEEN), field)

    def test_their_own_links_go_out_only(self):
        """A link from a suggestion has no way back on what it leads to."""
        inverses = self.env.registry.field_inverses
        for field in self.env[MODEL]._fields.values():
            back = [inverse.name for inverse in inverses[field]]
            self.assertFalse(back, field)

    def test_no_custom_field_leads_to_them(self):
        """Searching through a custom related field would pass all rules."""
        Fields = self.env["ir.model.fields"].with_user(self.others["system"])
        partner = self.env["ir.model"]._get("res.partner")
        for relation in (MODEL, SEEN):
            for kind in ("many2one", "many2many", "one2many"):
                with (
                    self.subTest(relation=relation, kind=kind),
                    self.assertRaisesRegex(ValidationError, "alone"),
                    self.env.cr.savepoint(),
                ):
                    Fields.create(
                        {
                            "name": "x_spy",
                            "model_id": partner.id,
                            "ttype": kind,
                            "relation": relation,
                            "relation_field": "user_id",
                            "on_delete": "set null",
                        }
                    )

    def test_rules_and_rights_changed_in_the_settings_open_nothing(self):
        system = self.others["system"]
        env = self.env(user=system)
        model = env["ir.model"]._get(MODEL)
        env["ir.rule"].search([("model_id", "=", model.id)]).active = False
        env["ir.model.access"].create(
            {
                "name": "open",
                "model_id": model.id,
                "group_id": env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
        )
        self.env.registry.clear_all_caches()
        self.test_search_and_count()
        self.test_read()
        self.test_groups()
        self.test_access()

    # -------------------------------------------------- chatter, files, reports, logs

    def test_no_chatter_no_activity_no_attachment(self):
        Model = self.env[MODEL]
        for mixin in ("mail.thread", "mail.activity.mixin", "portal.mixin"):
            self.assertNotIsInstance(Model, self.env.registry[mixin])
        for name, model_field in (
            ("mail.message", "model"),
            ("mail.followers", "res_model"),
            ("mail.activity", "res_model"),
            ("ir.attachment", "res_model"),
        ):
            found = self.env[name].sudo().search([(model_field, "in", (MODEL, SEEN))])
            self.assertFalse(found, name)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_attachment_on_a_suggestion_is_its_owners(self):
        file = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "secret.txt",
                    "raw": b"x",
                    "res_model": MODEL,
                    "res_id": self.rows[0].id,
                }
            )
        )
        for user in self.others.values():
            theirs = file.with_user(user)
            self.assertFalse(theirs.search([("id", "=", file.id)]))
            self.assertFalse(theirs.has_access("read"))

    def test_no_report_no_filter_no_window_names_them(self):
        self.assertFalse(self.env["ir.actions.report"].search([("model", "=", MODEL)]))
        self.assertFalse(
            self.env["ir.actions.act_window"].search([("res_model", "=", MODEL)])
        )
        self.assertFalse(self.env["ir.ui.view"].search([("model", "=", MODEL)]))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_qweb")
    def test_a_report_made_by_an_administrator_prints_nothing(self):
        system = self.others["system"]
        env = self.env(user=system)
        view = env["ir.ui.view"].create(
            {
                "name": "spy",
                "type": "qweb",
                "key": "legal_timesheet.spy",
                "arch": "<t t-name='spy'><t t-foreach='docs' t-as='doc'>"
                "<p t-out='doc.name'/></t></t>",
            }
        )
        report = env["ir.actions.report"].create(
            {
                "name": "Spy",
                "model": MODEL,
                "report_type": "qweb-html",
                "report_name": view.key,
            }
        )
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                html, _kind = report._render_qweb_html(view.key, self.rows.ids)
        except Exception as error:
            html = str(error).encode()
        self.assertNotIn(SECRET.encode(), html)

    def test_logs_say_nothing_of_what_was_suggested(self):
        Suggestion = self.env[MODEL]
        with (
            patch.object(type(Suggestion), "_gather", side_effect=ValueError(SECRET)),
            patch("odoo.modules.module.current_test", None),
            self.assertLogs("odoo.addons.legal_timesheet") as logs,
        ):
            Suggestion._gather_for(self.bob, self.today)
        self.assertNotIn(SECRET, str(logs.output))
        self.assertIn("ValueError", str(logs.output))

    # ------------------------------------------------------------------- discarded

    def test_nobody_reads_what_was_seen(self):
        for who, user in {**self.others, "owner": self.bob}.items():
            Seen = self.env[SEEN].with_user(user)
            with self.subTest(who=who):
                for call in (
                    lambda s=Seen: s.search([]),
                    lambda s=Seen: s.search_count([]),
                    lambda s=Seen: s._read_group([], [], ["__count"]),
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_a_discarded_one_leaves_no_row(self):
        self.Suggestion.discard(self.rows.ids)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM legal_time_suggestion WHERE user_id = %s",
            [self.bob.id],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)


@tagged("post_install", "-at_install")
class TestSuggestionSecrecyHttp(SecrecyCommon, HttpCase):
    """The same doors, from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.password = "a-long-enough-password"
        for user in cls.others.values():
            user.password = cls.password
        cls.env.flush_all()

    def _call(self, method, *args, model=MODEL, **kwargs):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_rpc_export_and_files(self):
        ids = self.rows.ids
        for who, user in self.others.items():
            self.authenticate(user.login, self.password)
            with self.subTest(who):
                answers = [
                    self._call("search", []),
                    self._call("search_count", []),
                    self._call("web_search_read", [], {"name": {}, "matter_id": {}}),
                ]
                for answer in answers:
                    found = answer.get("result", [])
                    if isinstance(found, dict):
                        found = found["records"]
                    self.assertFalse(found)
                for answer in (
                    self._call("read", ids, ["name", "explanation"]),
                    self._call("web_read", ids, {"name": {}}),
                    self._call("export_data", ids, ["name"]),
                    self._call("name_search", SECRET),
                    self._call("copy_data", ids),
                    self._call("_gather", "2020-01-01", "2030-01-01"),
                    self._call("_forget", [], model=SEEN),
                    self._call("search", [], model=SEEN),
                ):
                    self.assertNotIn(SECRET, json.dumps(answer))
                for private in ("_gather", "_take_back"):
                    self.assertIn("error", self._call(private, ids))
                self._check_export(ids)
                self._check_content(ids)

    def _check_export(self, ids):
        params = {
            "model": MODEL,
            "fields": [{"name": "name", "label": "Name", "type": "char"}],
            "ids": ids,
            "domain": [],
            "import_compat": False,
            "context": {},
        }
        for kind in ("csv", "xlsx"):
            answer = self.url_open(
                f"/web/export/{kind}", data={"data": json.dumps(params)}
            )
            self.assertNotIn(SECRET, answer.text)
            params["ids"] = False

    def _check_content(self, ids):
        for url in (
            f"/web/content/{MODEL}/{ids[0]}/name",
            f"/web/content?model={MODEL}&id={ids[0]}&field=narrative",
            f"/odoo/{MODEL}/{ids[0]}",
        ):
            self.assertNotIn(SECRET, self.url_open(url).text)
