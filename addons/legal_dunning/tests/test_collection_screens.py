from odoo.tests import HttpCase, tagged

from .test_collection_case import CollectionCommon

MORNING = """(async () => {
    const wait = async (find) => {
        for (let i = 0; i < 150; i++) {
            const found = find();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 100));
        }
        throw new Error(`not found: ${find}`);
    };
    const see = (css) => wait(() => document.querySelector(css));
    (await see('[data-figure="overdue"]')).click();
    await see('.o_list_view .o_list_footer');
    history.back();
    (await see('[data-figure="queue"]')).click();
    (await see('.o_data_row .o_data_cell')).click();
    (await see('button[name="action_log_call"]')).click();
    (await see('.modal input[type=radio][data-value="promise"]')).click();
    await see('.modal [name="amount"] input');
    (await see('.modal button[name="action_apply"]:not(.d-none)')).click();
    await wait(() => !document.querySelector('.modal'));
    await see('[data-kind="promise"]');
    console.log("test successful");
})()"""


@tagged("post_install", "-at_install")
class TestCollectionScreens(HttpCase, CollectionCommon):
    def test_page_opened_by_the_client_is_known_once_a_day(self):
        move = self._create_invoice()
        move._portal_ensure_token()
        self._sync()
        for _time in range(2):
            self.assertEqual(self.url_open(move.get_portal_url()).status_code, 200)
            self.env.invalidate_all()
        event = self._case().event_ids
        self.assertEqual((event.kind, event.body), ("opened", move.name))
        self.assertFalse(event.user_id)
        self.assertIn("fa-eye", self._case().timeline)

    def test_morning_of_the_collector(self):
        self._create_invoice()
        user = self.lawyers["associate"].user_id
        user.group_ids |= self.env.ref("legal_dunning.group_legal_collector")
        user.password = user.login
        self.env["legal.collection.case"]._sync(self.company)
        self.browser_js("/odoo/collection", MORNING, login=user.login, timeout=60)
        event = self._case().event_ids.filtered("promise_state")
        self.assertEqual((event.user_id, event.amount), (user, 1200))
