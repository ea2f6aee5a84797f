"""Seconds, SQL statements and memory of a step, inside one Odoo process."""

import time
from contextlib import contextmanager
from pathlib import Path

STATUS = Path("/proc/self/status")


class Meter:
    """Measures the steps of one job, each with its flush to the database."""

    def __init__(self, env):
        self.env = env
        self.steps = {}
        _forget_peak()
        self.start_mb = _memory("VmRSS")

    @contextmanager
    def step(self, name):
        """Measure a ``with`` block under ``name``."""
        self.env.flush_all()
        statements = self.env.cr.sql_log_count
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.env.flush_all()
        self.steps[name] = {
            "seconds": time.perf_counter() - started,
            "python_seconds": time.process_time() - worked,
            "sql": self.env.cr.sql_log_count - statements,
        }

    def memory(self):
        """Return the megabytes at the start and the most since then."""
        return {"start_mb": self.start_mb, "peak_mb": _memory("VmHWM")}


def resident_mb():
    """Return the megabytes this process holds now."""
    return _memory("VmRSS")


def _memory(name):
    """Return a line of the kernel's account of this process, in megabytes."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _forget_peak():
    """Let the kernel count the peak anew; without the right, start-up counts too."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass
