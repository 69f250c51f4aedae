import numpy as np
import pytest

from napari_unveil.denoising.merge import merged


def test_the_published_example_merges_to_its_published_value():
    predictions = np.array([100, 0, 0, 0], np.float32).reshape(4, 1, 1)
    assert merged(predictions)[0, 0] == pytest.approx(10.9, abs=0.05)


def test_equal_predictions_merge_to_themselves():
    predictions = np.full((4, 3, 3), 7.5, np.float32)
    np.testing.assert_allclose(merged(predictions), predictions[0], rtol=1e-6)
