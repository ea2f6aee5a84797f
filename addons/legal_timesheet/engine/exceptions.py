"""Refusals of the engine; the models turn them into sentences for people."""


class EngineError(ValueError):
    """Root of every refusal of this engine."""


class DurationError(EngineError):
    """The text cannot be read as a duration."""


class RoundingError(EngineError):
    """The increment or the rule makes no sense."""


class RevisionError(EngineError):
    """The price cannot be revised that way."""


class AmbiguousRateError(EngineError):
    """Two rates of the very same scope cover the same day."""

    def __init__(self, first_id, second_id):
        super().__init__(f"rates {first_id} and {second_id} overlap")
        self.first_id = first_id
        self.second_id = second_id


class TableError(EngineError):
    """The file holds no table of time; ``reason`` says what is wrong with it."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
