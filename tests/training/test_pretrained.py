"""Training can start from the stored weights of a network that learned from HAM10000 alone."""

import numpy as np
import pytest

from qana.data.samples import load_calibration_photos
from qana.errors import ModelError
from qana.network.builders import build_network
from qana.network.logits import compute_logits
from qana.network.quantizeml_loading import load_model
from qana.training.pretrained import FOLDER, copy_pretrained_weights


def test_a_network_with_copied_weights_gives_the_stored_answers() -> None:
    inputs = load_calibration_photos()
    model = build_network("qana", input_size=128)
    copy_pretrained_weights(model, "ham10000-large")
    stored = load_model(str(FOLDER / "ham10000-large.h5"))
    np.testing.assert_array_equal(compute_logits(model, inputs), compute_logits(stored, inputs))


def test_weights_that_are_missing_or_of_another_network_are_named() -> None:
    model = build_network("qana", input_size=128, narrow=True)
    with pytest.raises(ModelError, match=r"There are no weights .*other\.h5"):
        copy_pretrained_weights(model, "other")
    with pytest.raises(ModelError, match=r"ham10000-large\.h5 do not fit"):
        copy_pretrained_weights(model, "ham10000-large")
