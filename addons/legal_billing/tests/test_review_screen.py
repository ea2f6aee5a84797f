from odoo.tests import HttpCase, tagged

from odoo.addons.legal_timesheet.tests.keyboard import KeyboardCase

from .common import LegalBillingCommon
from .common_redline import MONTH_END
from .mouse import Mouse

URL = "/odoo/prebill-review"
READY = "document.querySelectorAll('.o_rv_row').length == 10"
ON_LINE = "document.activeElement.matches('.o_rv_line')"
NO_FORM = "!document.querySelector('.o_rv_main form')"
APPROVED = "document.querySelectorAll('.o_rv_row[data-state=approved]')"
IN_FIELD = "document.activeElement.matches('.o_rv_main input')"


@tagged("post_install", "-at_install")
class TestReviewScreen(LegalBillingCommon, KeyboardCase, HttpCase):
    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.lawyers["partner"].user_id
        cls.user.password = cls.user.login
        matters = cls.env["legal.matter"]
        for rank in range(10):
            matters |= cls._create_matter(name=f"Object {rank}")
        for rank, matter in enumerate(matters, 1):
            cls._create_agreement(matter, [{"kind": "hourly"}])
            cls._create_entry(matter, "partner", 2.0, f"2026-04-{rank:02d}")
            cls._create_entry(matter, "senior", 3.0, f"2026-04-{rank + 1:02d}")
        cls.prebills = cls.env["legal.prebill"]
        for matter in matters:
            cls.prebills |= cls.prebills._generate(matter, MONTH_END)[0]
        # Read now: a story plays while the server uses the same cursor.
        cls.numbers = cls.prebills.mapped("matter_id.matter_number")

    def test_ten_prebills_reviewed_by_keyboard_three_of_them_changed(self):
        """Hours, a write-down, a target; one act undone; all approved, in one flow."""
        changes = {
            0: self._change_hours,
            3: self._write_down,
            5: self._postpone_then_undo,
            7: self._bring_to_target,
        }

        def story(keys):
            for rank, number in enumerate(self.numbers):
                keys.wait(
                    f"{ON_LINE} && document.querySelector('.o_rv_head_main b')"
                    f".innerText == '{number}'"
                )
                if rank in changes:
                    changes[rank](keys)
                    keys.wait(
                        f"!document.querySelector('.o_rv_main form') && {ON_LINE}"
                    )
                keys.type("a")
            keys.wait(f"{APPROVED}.length == 10")

        self.drive(URL, self.user.login, READY, story)
        self.assertEqual(set(self.prebills.mapped("state")), {"approved"})
        self.assertEqual(self.prebills.approved_by_id, self.user)
        expected = [1220.0] * 10
        expected[0], expected[3], expected[7] = 1080.0, 1088.0, 1000.0
        self.assertEqual(self.prebills.mapped("amount_untaxed"), expected)
        kept = self.prebills.revision_ids
        touched = self.prebills.browse(self.prebills[rank].id for rank in changes)
        self.assertEqual(set(kept.prebill_id), set(touched))
        self.assertEqual(kept.user_id, self.user)
        standing = kept.filtered(lambda one: not one.is_undone and one.act != "undo")
        changed = standing.grouped("prebill_id")
        for rank, change in ((0, -140), (3, -132), (7, -220)):
            revisions = changed.pop(self.prebills[rank])
            self.assertEqual(round(sum(revisions.mapped("amount_change")), 2), change)
            self.assertTrue(revisions.reason_id)
        self.assertFalse(changed, "what was undone stands no more")
        first = self.prebills[0].line_ids.sorted("id")[0]
        self.assertEqual((first.hours, first.decision), (1.5, "write_down"))

    def _change_hours(self, keys):
        keys.type("e")
        keys.wait(IN_FIELD)
        keys.type("1x")
        keys.press("Enter")
        keys.wait("document.querySelector('.o_rv_line_form [role=alert]')")
        self.assertEqual(
            keys.read("document.querySelector('.o_rv_line_form input').value"), "1x"
        )
        keys.read("document.querySelector('.o_rv_line_form input').select()")
        keys.type("1h30")
        keys.press("Enter")
        # value is given up: the page asks why, and goes to the field
        keys.wait("document.activeElement.matches('select')")
        keys.press("ArrowDown", "Enter")

    def _write_down(self, keys):
        """The second line, by a fifth."""
        keys.press("ArrowDown")
        keys.type("w")
        keys.wait(IN_FIELD)
        keys.type("20")
        keys.wait("document.querySelector('.o_rv_ghost')")
        # the reason chosen last is proposed
        keys.press("Enter")

    def _postpone_then_undo(self, keys):
        keys.type("p")
        keys.wait("document.querySelector('.o_rv_line[data-decision=postpone]')")
        keys.type("u")
        keys.wait("!document.querySelector('.o_rv_line[data-decision=postpone]')")

    def _bring_to_target(self, keys):
        keys.type("t")
        keys.wait(IN_FIELD)
        keys.type("1000")
        keys.wait("document.querySelectorAll('.o_rv_ghost').length == 2")
        keys.press("Enter")

    # -- the mouse -------------------------------------------------------------------

    def test_lines_dragged_and_the_margin_beside_them(self):
        """Merge, label, postpone, write off by mouse; comments stand in the margin."""
        matter = self.prebills[0].matter_id
        self.prebills[0].action_cancel()
        self._create_entry(matter, "senior", 1.0, "2026-04-20", narrative="Appel")
        prebill = self.env["legal.prebill"]._generate(matter, MONTH_END)[0]
        first, second, third = prebill.line_ids.sorted("id")
        self.env["legal.prebill.comment"].create(
            {"prebill_id": prebill.id, "line_id": first.id, "body": "Et le bail ?"}
        )
        row = "document.querySelector('.o_rv_line[data-line=\"%s\"]%s')"
        grip = ".o_rv_line[data-line='%s'] .o_rv_grip"
        line = ".o_rv_line[data-line='%s']"
        area = ".o_rv_area[data-drop=%s]"
        tray = "document.querySelector('.o_rv_tray')"
        ids = [first.id, second.id, third.id]

        def story(keys):
            mouse = Mouse(keys)
            keys.wait(f"{ON_LINE} && {row % (first.id, ' .o_rv_margin')}")
            self.assertTrue(
                keys.read(
                    "(() => { const box = (one) => one.getBoundingClientRect();"
                    f"const line = {row % (first.id, '')};"
                    "const words = box(line.querySelector('.o_rv_money'));"
                    "const note = box(line.querySelector('.o_rv_margin'));"
                    "return note.left >= words.right && note.top < words.bottom })()"
                ),
                "the comment stands beside the line",
            )
            # the same person at the same rate: one line of what the client reads
            mouse.drag(grip % third.id, line % second.id)
            keys.wait("document.activeElement.matches('.o_rv_main textarea')")
            keys.press("Control+Enter")
            keys.wait(f"{row % (third.id, '.o_merged')} && {NO_FORM} && {ON_LINE}")
            keys.type("u")
            keys.wait(f"!{row % (third.id, '.o_merged')} && {ON_LINE}")
            # another person: under one label
            mouse.drag(grip % second.id, line % first.id)
            keys.wait(IN_FIELD)
            keys.type("Bail")
            keys.press("Enter")
            label = "document.querySelector('.o_rv_group')"
            keys.wait(f"{label} && {NO_FORM} && {ON_LINE}")
            mouse.drag(grip % third.id, ".o_rv_group")
            keys.wait("document.querySelectorAll('.o_grouped').length == 3")
            # one of those chosen takes the others along
            keys.wait(ON_LINE)
            keys.click(f"{line % first.id} .o_rv_box")
            keys.click(f"{line % second.id} .o_rv_box")
            mouse.drag(grip % first.id, area % "postpone", tray)
            keys.wait(
                "document.querySelectorAll('.o_rv_line[data-decision=postpone]')"
                ".length == 2"
            )
            keys.wait(f"!{tray}")
            mouse.drag(grip % third.id, area % "write_off", tray)
            keys.wait("document.activeElement.matches('select[name=reason_id]')")
            keys.press("ArrowDown", "Enter")
            keys.wait(f"{row % (third.id, '[data-decision=write_off]')} && {ON_LINE}")
            # a dialog opens from the page, and gives the focus back
            keys.type("h")
            keys.wait("document.querySelector('.o_dialog [name=reason]')")
            keys.press("Escape")
            keys.wait(f"!document.querySelector('.o_dialog') && {ON_LINE}")

        self.drive(
            f"{URL}/{prebill.id}",
            self.user.login,
            f"document.querySelectorAll('.o_rv_line').length == {len(ids)}",
            story,
        )
        lines = self.env["legal.prebill.line"].browse(ids)
        self.assertEqual(
            lines.mapped("decision"), ["postpone", "postpone", "write_off"]
        )
        self.assertEqual(set(lines.mapped("presentation_group")), {"Bail"})
        self.assertFalse(lines.merged_into_id)
        self.assertTrue(lines[2].reason_id)

    # -- a phone ---------------------------------------------------------------------

    def test_a_prebill_decided_on_a_phone(self):
        """Open one of the queue, change its hours, approve; nothing is dragged."""
        self.browser_size, self.touch_enabled = "390x844", True
        prebill = self.prebills[1]
        first = prebill.line_ids.sorted("id")[0]

        def story(keys):
            self.assertTrue(
                keys.read("document.documentElement.scrollWidth <= innerWidth")
            )
            keys.click(f".o_rv_row[data-prebill='{prebill.id}']")
            keys.click(f".o_rv_line[data-line='{first.id}'] .o_rv_edit")
            keys.wait(IN_FIELD)
            keys.type("1h30")
            keys.read(
                "(() => { const el = document.querySelector("
                "'.o_rv_line_form select[name=reason_id]'); el.selectedIndex = 1;"
                "el.dispatchEvent(new Event('change', { bubbles: true })) })()"
            )
            self.assertTrue(
                keys.read("document.documentElement.scrollWidth <= innerWidth"),
                "nothing is wider than the phone",
            )
            self.assertFalse(
                keys.read(
                    "[...document.querySelectorAll('.o_rv_form_buttons .btn,"
                    " .o_rv_approve')].some((el) => el.offsetHeight < 44)"
                ),
                "every button can be met with a thumb",
            )
            keys.click(".o_rv_line_form button[type=submit]")
            keys.wait(f"{NO_FORM} && document.querySelector('.o_rv_line .o_rv_old')")
            keys.click(".o_rv_approve")
            keys.wait("document.querySelector('.o_rv_word')")

        self.drive(URL, self.user.login, READY, story)
        self.assertEqual(prebill.state, "approved")
        self.assertEqual((first.hours, first.decision), (1.5, "write_down"))
        self.assertEqual(prebill.amount_untaxed, 1080)
