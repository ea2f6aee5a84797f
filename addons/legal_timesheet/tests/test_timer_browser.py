import json
from datetime import timedelta

from odoo.http import Application
from odoo.tests import HttpCase, tagged

from ..engine.durations import parse_duration
from ..engine.exceptions import DurationError
from .common import LegalBuilders

DURATIONS = [
    *("1h30", "1 h 30", "1:30", "1,5", "1.5", "1.5 h", "90m", "90 min", "90mn", "2h"),
    *("0h06", "6'", "1h5", "1h05m", "12:05", "0", "0,1", "1.3333333", "0.0083", "24"),
    *("2 heures", "1 heure", "30 minutes", "1HR", " 45 Min ", "2,25h", "7,5 m"),
    *("", " ", "h", "1h60", "1:60", "abc", "1h30x", "-1", "1,2,3", "h30", "1 30", "½"),
]

#: runs in the page: helpers, then the steps of a test
HELPERS = """
const wait = async (what, find, tries = 400) => {
    for (let i = 0; i < tries; i++) {
        const found = find();
        if (found) { return found; }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("not seen: " + what);
};
const see = (selector, doc = document) =>
    wait(selector, () => doc.querySelector(selector));
const gone = (selector, doc = document) =>
    wait("the end of " + selector, () => !doc.querySelector(selector));
const click = async (selector, doc) => (await see(selector, doc)).click();
const key = (el, name) => el.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
const type = (el, text) => {
    el.focus();
    el.value = text;
    el.setSelectionRange?.(text.length, text.length);
    el.dispatchEvent(new Event("input", { bubbles: true }));
};
const assert = (truth, words) => { if (!truth) { throw new Error(words); } };
"""


@tagged("post_install", "-at_install")
class TestTimerBrowser(LegalBuilders, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_legal()
        # the page is asked for only once its bundle is there: a cold one is slow
        Qweb = cls.env["ir.qweb"]
        Qweb._get_asset_bundle("web.assets_web", css=False, js=True).js()
        Qweb._get_asset_bundle("web.assets_web", css=True, js=False).css()
        cls.associate_user.password = "bob.associate"
        cls._create_rate(amount=200)
        cls.matter = cls._create_matter(matter_number="DUPONT/2026/7", name="Dismissal")
        cls.other = cls._create_matter(matter_number="DUPONT/2026/8", name="Merger")
        cls._create_time_entry(matter=cls.matter)
        cls._create_time_entry(matter=cls.other)

    def _run(self, steps, path="/odoo/action-legal_timesheet.legal_matter_action_mine"):
        self.browser_js(
            path,
            f"{HELPERS} (async () => {{ {steps}; console.log('test successful'); }})()"
            ".catch((error) => console.error(error.message))",
            "odoo.isReady === true"
            " && !!document.querySelector('.o_legal_timer_menu button')",
            login=self.associate_user.login,
            timeout=120,
        )

    def _mine(self):
        return self.env["legal.time.timer"].search(
            [("user_id", "=", self.associate_user.id)]
        )

    def test_durations_are_read_alike_in_browser_and_engine(self):
        def read(text):
            try:
                return parse_duration(text)
            except DurationError:
                return None

        table = json.dumps([[text, read(text)] for text in DURATIONS])
        self._run(
            f"""
            const {{ parseDuration }} = odoo.loader.modules.get(
                "@legal_timesheet/core/duration");
            for (const [text, minutes] of {table}) {{
                assert(parseDuration(text) === minutes,
                    `${{text}}: ${{parseDuration(text)}}, not ${{minutes}}`);
            }}
            """
        )

    def test_a_timer_runs_in_two_tabs_and_through_a_reload_to_an_entry(self):
        """A frame is a tab of its own: its own page, services and timer."""
        set_csp = Application.set_csp

        def let_frames_in(application, response):
            response.headers.pop("X-Frame-Options", None)
            return set_csp(application, response)

        self.patch(Application, "set_csp", let_frames_in)
        self._run(
            """
            const frame = document.createElement("iframe");
            frame.style.width = "1200px";
            frame.style.height = "700px";
            frame.src = location.href;
            document.body.append(frame);
            const loaded = () => wait("the second tab", () =>
                frame.contentWindow?.odoo?.isReady &&
                frame.contentDocument.querySelector(".o_legal_timer_menu button"));
            await loaded();
            assert(!frame.contentDocument.querySelector(".o_legal_timer_time"),
                "no timer yet");

            // started here, seen there
            await click(".o_legal_timer_menu button");
            await click(".o_legal_timer_recent");
            await see(".o_legal_timer_running");
            await see(".o_legal_timer_running", frame.contentDocument);
            const number = (await see(".o_legal_timer_number")).textContent;
            assert(frame.contentDocument.querySelector(".o_legal_timer_number")
                .textContent === number, "same matter in both tabs");

            // paused there, seen here
            await click(".o_legal_timer_menu button", frame.contentDocument);
            await click(".o_legal_timer_pause", frame.contentDocument);
            await see(".o_legal_timer_menu .fa-pause-circle-o");

            // still there after a reload of that tab
            frame.contentWindow.location.reload();
            await new Promise((resolve) => setTimeout(resolve, 1000));
            await loaded();
            await see(".o_legal_timer_menu .fa-pause-circle-o", frame.contentDocument);

            // stopped here, gone there
            if (!document.querySelector(".o_legal_timer_panel")) {
                await click(".o_legal_timer_menu button");
            }
            await click(".o_legal_timer_resume");
            await click(".o_legal_timer_stop");
            type(await see(".o_legal_stop_minutes"), "1h30");
            type(await see(".o_legal_stop_words"), "Drafted the claim");
            await wait("the new duration", () =>
                document.querySelector(".o_legal_stop_save").textContent
                    .includes("1 h 30"));
            await click(".o_legal_stop_save");
            await gone(".o_legal_timer_time");
            await gone(".o_legal_timer_time", frame.contentDocument);
            """
        )
        self.assertFalse(self._mine())
        entry = self.env["account.analytic.line"].search(
            [("narrative", "=", "Drafted the claim")]
        )
        self.assertEqual(entry.matter_id, self.other)
        self.assertEqual(entry.unit_amount, 1.5)
        self.assertEqual(entry.user_id, self.associate_user)

    def test_a_line_is_typed_completed_and_recorded_by_keyboard(self):
        self._run(
            """
            await click(".o_legal_timer_menu button");
            const input = await see(".o_legal_quick_input");
            const understood = () =>
                document.querySelector(".o_legal_understood").textContent;
            type(input, "dism");
            await wait("the matter by its object", () =>
                document.querySelectorAll(".o_legal_completions li").length === 1);
            key(input, "ArrowDown");
            await see(".o_legal_completions [aria-selected=true]");
            key(input, "Enter");
            await wait("the number", () => input.value === "DUPONT/2026/7 ");
            type(input, input.value + "1h02 réponse #aud");
            await see(".o_legal_completions");
            key(input, "Tab");
            await wait("the activity", () => input.value.includes("#audience "));
            await wait("what was understood", () =>
                understood().includes("1 h 06"));
            await wait("the price", () =>
                understood().match(/220[.,]00/));
            key(input, "Enter");
            await see(".o_legal_saved li");
            assert(input.value === "" && document.activeElement === input,
                "empty and focused, for the next line");

            // what is missing is asked for, and nothing typed is lost
            type(input, "dupont 2026 8 conclusions");
            await see(".o_legal_quick_problem");
            key(input, "Enter");
            await see(".o_legal_quick_problem.text-danger");
            assert(input.value === "dupont 2026 8 conclusions",
                "the line is lost");
            """
        )
        entry = self.env["account.analytic.line"].search(
            [("narrative", "=", "réponse")]
        )
        self.assertEqual(entry.matter_id, self.matter)
        self.assertEqual(entry.activity_code_id.code, "audience")
        self.assertAlmostEqual(entry.amount_billable, 220)

    def test_a_silence_asks_what_to_keep_and_tells_the_server_the_answer_only(self):
        timers = self.env["legal.time.timer"].with_user(self.associate_user)
        timers.start({"matter_id": self.matter.id})
        self._mine().running_since -= timedelta(hours=2)
        self._run(
            """
            await see(".o_legal_timer_running");
            localStorage.setItem("legal_timer_last_input", Date.now() - 45 * 60000);
            document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
            await click(".o_legal_keep_quiet");
            const minutes = await see(".o_legal_stop_minutes");
            assert(/^1:1[5-7]$/.test(minutes.value), "kept " + minutes.value);
            """
        )
        timer = self._mine()
        self.assertTrue(timer.is_paused)
        # two hours and the time to load the page, less the silence
        self.assertIn(timer.accumulated_seconds // 60, (75, 76))
        self.assertFalse(
            [name for name in timer._fields if "idle" in name or "input" in name]
        )

    def test_who_does_not_want_to_be_asked_is_not_even_noticed(self):
        timers = self.env["legal.time.timer"].with_user(self.associate_user)
        timers.start({"matter_id": self.matter.id})
        timers.set_asks_idle(False)
        self._run(
            """
            await see(".o_legal_timer_running");
            localStorage.setItem("legal_timer_last_input", Date.now() - 45 * 60000);
            document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
            await new Promise((resolve) => setTimeout(resolve, 500));
            assert(!document.querySelector(".modal"), "not asked");
            assert(!localStorage.getItem("legal_timer_last_input"), "nothing kept");
            """
        )

    def test_a_night_is_asked_about_on_the_next_load(self):
        timers = self.env["legal.time.timer"].with_user(self.associate_user)
        timers.start({"matter_id": self.matter.id, "narrative": "Claim"})
        day = timedelta(days=1)
        timer = self._mine()
        timer.write(
            {
                "started_at": timer.started_at - day,
                "running_since": timer.running_since - day,
                "touched_at": timer.touched_at - day,
            }
        )
        self._run(
            """
            type(await see(".o_legal_keep_text"), "2h");
            key(document.querySelector(".o_legal_keep_text"), "Enter");
            const minutes = await see(".o_legal_stop_minutes");
            assert(minutes.value === "2:00", "what was said is kept: " + minutes.value);
            await click(".o_legal_stop_save");
            await gone(".o_legal_timer_time");
            """
        )
        entry = self.env["account.analytic.line"].search([("narrative", "=", "Claim")])
        self.assertEqual(entry.unit_amount, 2)
