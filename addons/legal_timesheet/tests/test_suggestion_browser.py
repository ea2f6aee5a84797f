from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .suggestion_common import SuggestionCommon

#: runs in the page; every tap goes through ``tap``, which counts it
HELPERS = """
let taps = 0;
const wait = async (what, find, tries = 300) => {
    for (let i = 0; i < tries; i++) {
        const found = find();
        if (found) { return found; }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("not seen: " + what);
};
const all = (selector) => [...document.querySelectorAll(selector)];
const see = (selector) => wait(selector, () => document.querySelector(selector));
const cards = (count) =>
    wait(count + " cards", () => all(".o_legal_suggestion").length === count);
const tap = async (selector) => {
    const el = await see(selector);
    const box = el.getBoundingClientRect();
    assert(box.left >= 0 && box.right <= innerWidth, selector + " is off the screen");
    taps++;
    el.click();
};
const press = (key) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const type = (el, text) => {
    el.focus();
    el.value = text;
    el.dispatchEvent(new Event("input", { bubbles: true }));
};
const assert = (truth, words) => { if (!truth) { throw new Error(words); } };
"""


@tagged("post_install", "-at_install")
class TestSuggestionBrowser(SuggestionCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob.password = "bob.associate"

    def _run(self, steps):
        self.env.flush_all()
        self.browser_js(
            "/odoo/my-suggestions",
            f"{HELPERS} (async () => {{ {steps}; console.log('test successful'); }})()"
            ".catch((error) => console.error(error.message))",
            "odoo.isReady === true",
            login=self.bob.login,
            timeout=120,
        )
        self.env.invalidate_all()

    def _get_entries(self):
        return self.env["account.analytic.line"].search(
            [("user_id", "=", self.bob.id), ("matter_id", "!=", False)]
        )

    def test_a_meeting_becomes_an_entry_in_one_tap_on_a_phone(self):
        self._create_event()
        self._run(
            """
            assert(innerWidth === 390, "a phone, not " + innerWidth);
            await cards(1);
            await tap(".o_legal_accept");
            await see(".o_legal_suggestion_notice");
            await cards(0);
            assert(taps <= 2, taps + " taps");
            assert(document.body.scrollWidth <= innerWidth, "it scrolls sideways");
            """
        )
        entry = self._get_entries()
        self.assertEqual((entry.matter_id, entry.unit_amount), (self.matter, 1))

    def test_a_meeting_of_two_possible_matters_takes_one_tap_too(self):
        other = self._create_matter(name="Vente")
        self._create_event()
        self._run(
            """
            await cards(1);
            await tap(".o_legal_candidate");
            await cards(0);
            assert(taps <= 2, taps + " taps");
            """
        )
        self.assertIn(self._get_entries().matter_id, self.matter | other)

    def test_edit_refusal_undo_and_discard(self):
        self._create_event()
        self._run(
            """
            await cards(1);
            await tap(".o_legal_edit");
            type(await see(".o_legal_time"), "never");
            await tap(".o_legal_save");
            await see(".o_legal_suggestion_error");
            type(await see(".o_legal_time"), "25h");
            type(await see(".o_legal_narrative"), "My own words");
            await tap(".o_legal_save");
            await wait("the sentence of the server", () =>
                document.querySelector(".o_legal_suggestion_error")
                && !/never/.test(
                    document.querySelector(".o_legal_suggestion_error").textContent));
            assert(document.querySelector(".o_legal_narrative").value
                === "My own words", "what was typed is lost");
            type(await see(".o_legal_time"), "1h30");
            await tap(".o_legal_save");
            await cards(0);
            await tap(".o_legal_undo");
            await cards(1);
            await tap(".o_legal_discard");
            await cards(0);
            """
        )
        self.assertFalse(self._get_entries())
        self.assertFalse(self.Suggestion.search([]))

    def test_several_are_merged(self):
        self._create_event()
        later = self.nine + timedelta(hours=3)
        self._create_event(name="Bail", start=later, stop=later + timedelta(minutes=30))
        self._run(
            """
            await cards(2);
            all(".o_legal_choose").forEach((box) => box.click());
            await tap(".o_legal_merge");
            await wait("the sum", () =>
                document.querySelector(".o_legal_time")?.value === "1:30");
            await tap(".o_legal_span");
            await wait("the span", () =>
                document.querySelector(".o_legal_time").value === "3:30");
            await tap(".o_legal_sum");
            await wait("the sum again", () =>
                document.querySelector(".o_legal_time").value === "1:30");
            await tap(".o_legal_save");
            await cards(0);
            """
        )
        self.assertEqual(self._get_entries().unit_amount, 1.5)

    def test_by_keyboard_alone(self):
        self._create_event()
        later = self.nine + timedelta(hours=3)
        self._create_event(name="Bail", start=later, stop=later + timedelta(minutes=30))
        self._run(
            """
            await cards(2);
            document.querySelector(".o_legal_suggestion").focus();
            press("ArrowDown");
            assert(document.activeElement === all(".o_legal_suggestion")[1], "down");
            press("ArrowUp");
            press("Enter");
            await cards(1);
            await wait("the next card", () =>
                document.activeElement.classList.contains("o_legal_suggestion"));
            press("e");
            await see(".o_legal_time");
            press("Escape");
            await wait("the card again", () =>
                document.activeElement.classList.contains("o_legal_suggestion"));
            press("Delete");
            await cards(0);
            """
        )
        self.assertEqual(self._get_entries().unit_amount, 1)
