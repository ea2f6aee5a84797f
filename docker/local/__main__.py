"""Entry point: ``PYTHONPATH=docker python3 -m local <command>``."""

import sys

if sys.version_info < (3, 11):
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit(f"Python {found} is too old: run make with PYTHON= naming 3.11 or newer.")

from local.cli import main

sys.exit(main())
