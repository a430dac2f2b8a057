"""The vendor's converter, run without its graph, makes the same model."""

from pathlib import Path

import pytest

pytest.importorskip("tf_keras")

import tensorflow as tf

from qana.spiking.classifier import AkidaClassifier
from qana.spiking.converter import run_converter


def test_the_deployed_network_converts_to_the_very_bytes_that_are_published(
    keras_forms, classifier: AkidaClassifier, tmp_path: Path
) -> None:
    """Published from the vendor's own graph."""
    run_converter(keras_forms["quantized"]).save(str(tmp_path / "again.fbz"))
    assert (tmp_path / "again.fbz").read_bytes() == classifier.entry.path.read_bytes()
    assert not tf.config.functions_run_eagerly()
