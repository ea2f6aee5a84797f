from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

SCOPE = "test of tries"


@tagged("post_install", "-at_install")
class TestPortalLimit(TransactionCase):
    """Tries are counted once, for all workers, whatever becomes of the request."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._forget)

    def _forget(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM legal_portal_limit WHERE scope = %s", (SCOPE,))

    def _try(self, key, most=5):
        """Try once, in a transaction of its own that is rolled back."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            wait = env["legal.portal.limit"]._count([(SCOPE, key, most)])
            cr.rollback()
        return wait

    def test_tries_at_the_same_time_never_pass_the_limit(self):
        with ThreadPoolExecutor(8) as pool:
            waits = list(pool.map(lambda _n: self._try("race"), range(24)))
        passed = sum(not wait for wait in waits)
        self.assertLessEqual(passed, 5)
        waits += [self._try("race") for _n in range(5)]
        self.assertEqual(sum(not wait for wait in waits), 5)
        self.assertTrue(all(0 < wait <= 60 for wait in waits if wait))
        self.assertFalse(self._try("another"), "each key is counted apart")
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*), bool_or(key LIKE '%%race%%')"
                "  FROM legal_portal_limit WHERE scope = %s",
                (SCOPE,),
            )
            self.assertEqual(cr.fetchone(), (6, False))

    def test_settings_and_sentences(self):
        Limit = self.env["legal.portal.limit"]
        self.assertEqual(Limit._get_most("payment"), (20, 60))
        settings = self.env["res.config.settings"].create({"legal_limit_payment": 3})
        settings.set_values()
        self.assertEqual(Limit._get_most("payment"), (3, 60))
        for use in ("message", "answer", "payment", "lookup"):
            self.assertIn("17", Limit._say_wait(use, 17))
        with self.assertRaisesRegex(UserError, "virement|transfer"):
            for _time in range(2):
                Limit._check(SCOPE, "sentence", 1, use="payment")

    def test_one_subscriber_is_one_address(self):
        network = self.env["legal.portal.limit"]._get_network
        self.assertEqual(network("203.0.113.9"), "203.0.113.9")
        self.assertEqual(network("::ffff:203.0.113.9"), "203.0.113.9")
        self.assertEqual(network("2001:db8:1:2::9"), network("2001:db8:1:2:ffff::1"))
        self.assertNotEqual(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"))
        self.assertEqual(network(None), "")
