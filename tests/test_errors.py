import pickle

import pytest

from napari_unveil.errors import Failed, Refused, UnveilError


def test_no_error_of_ours_is_a_runtime_error_that_napari_would_swallow():
    kinds = [UnveilError, *UnveilError.__subclasses__()]
    assert {Refused, Failed} <= set(kinds)
    assert not any(issubclass(kind, RuntimeError) for kind in kinds)


def test_a_refusal_is_one_sentence_of_what_was_found_is_needed_and_can_be_done():
    error = Refused(found="3 frames", needed="at least 4", remedy="open more")
    assert str(error) == "3 frames; needed: at least 4; open more."


@pytest.mark.parametrize("error", [Refused(found="a", needed="b", remedy="c"), Failed(found="a", kept="b", remedy="c")])
def test_an_error_comes_back_from_another_process_as_it_was(error):
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
