from . import test_access, test_billing_run, test_prebill, test_worked_cases
