"""The benchmark of ``make bench``; :mod:`tests.bench.run` says how it works."""
