from . import test_billing_run, test_prebill, test_worked_cases
