from . import (
    test_access,
    test_billing_run,
    test_chain,
    test_portal_access,
    test_portal_page,
    test_portal_payment,
    test_portal_tour,
    test_prebill,
    test_worked_cases,
)
