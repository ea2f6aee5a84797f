"""Stamps: a step is done only when it ended well."""

import pytest

from local import paths, stamps


class Step:
    """A step that counts its runs, and dies in some of them."""

    def __init__(self):
        self.runs, self.dies = 0, False

    def __call__(self):
        self.runs += 1
        if self.dies:
            raise KeyboardInterrupt


@pytest.fixture
def step():
    return Step()


def test_finished_step_is_not_repeated(step):
    assert stamps.once("step", "a", step)
    assert not stamps.once("step", "a", step)
    assert step.runs == 1


def test_other_key_repeats_step(step):
    stamps.once("step", "a", step)
    assert stamps.once("step", "b", step)


def test_result_removed_by_hand_repeats_step(step):
    stamps.once("step", "a", step)
    assert stamps.once("step", "a", step, intact=lambda: False)


def test_killed_step_is_repeated_even_for_an_old_key(step):
    stamps.once("step", "old", step)
    step.dies = True
    with pytest.raises(KeyboardInterrupt):
        stamps.once("step", "new", step)
    step.dies = False
    assert stamps.once("step", "old", step), "half of the new result may be there"


@pytest.mark.parametrize("torn", ["", '{"key": "a', "[]", "\0\0\0"])
def test_torn_stamp_counts_as_missing(step, torn):
    stamps.once("step", "a", step)
    (paths.STAMPS / "step.json").write_text(torn)
    assert stamps.once("step", "a", step)
