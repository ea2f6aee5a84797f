"""What is remembered for the length of a call, carried by its context."""


class Memo(dict):
    """A dictionary that is equal to itself alone.

    Contexts are compared by value; what one call remembers is nothing to another.
    """

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__
