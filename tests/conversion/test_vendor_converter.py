"""The vendor's converter gives the same model with and without its graph."""

from pathlib import Path

import pytest

pytest.importorskip("tf_keras")

import tensorflow as tf

from qana.conversion.vendor_converter import run_converter
from qana.inference.manifest import find_entry
from qana.network.quantizeml_loading import load_model


@pytest.mark.parametrize("name", ["akida2", pytest.param("akida2-large", marks=pytest.mark.slow)])
def test_a_network_converts_to_the_published_bytes(name: str, tmp_path: Path) -> None:
    """akida2-large was published with the vendor's own graph."""
    entry = find_entry(name)
    quantized = load_model(str(entry.path.with_name(entry.record["keras"]["quantized"]["file"])))
    run_converter(quantized).save(str(tmp_path / "again.fbz"))
    assert (tmp_path / "again.fbz").read_bytes() == entry.path.read_bytes()
    assert not tf.config.functions_run_eagerly()
