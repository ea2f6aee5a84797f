"""Refusals of the engine; the models turn them into sentences for people."""


class EngineError(ValueError):
    """Root of every refusal of this engine."""


class RateGapError(EngineError):
    """No rate is known for a day that bears interest."""

    def __init__(self, day):
        super().__init__(f"no rate covers {day}")
        self.day = day


class PlaceholderError(EngineError):
    """A text holds a placeholder nobody can fill."""

    def __init__(self, name, suggestion=None):
        super().__init__(f"unknown placeholder {name!r}")
        self.name = name
        self.suggestion = suggestion


class LoneBraceError(EngineError):
    """A brace opens without closing, or closes without having opened."""

    def __init__(self, excerpt):
        super().__init__(f"lone brace near {excerpt!r}")
        self.excerpt = excerpt


class LegalValueGapError(EngineError):
    """No value of a legal parameter is known for a day that needs it."""

    def __init__(self, key, day):
        super().__init__(f"no value of {key} on {day}")
        self.key = key
        self.day = day
