"""The file of `qana bench --neurobench` has the shape that NeuroBench's own harness saves."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qana.bench.neurobench import NeuroBench, count_neurobench
from qana.cli.main import main
from qana.inference.manifest import find_entry

FOUND = NeuroBench(1000, 0.1, 0.5, 2000, 900.5, 0.0, 3)


def test_the_keys_are_the_names_of_the_metric_classes() -> None:
    document = FOUND.to_harness_json()
    assert list(document) == [
        "Footprint",
        "ConnectionSparsity",
        "ActivationSparsity",
        "SynapticOperations",
    ]
    operations = {"Effective_MACs": 900.5, "Effective_ACs": 0.0, "Dense": 2000}
    assert document["SynapticOperations"] == operations


def test_a_file_that_cannot_be_written_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--neurobench", str(tmp_path / "none" / "file.json")]) == 2
    assert "Measuring" not in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_writes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "neurobench.json"
    options = ["--seconds", "0.2", "--runtimes", "akida", "--batches", "1"]
    command = [sys.executable, "-m", "qana", "bench", *options, "--neurobench", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    assert list(json.loads(file.read_text())) == list(FOUND.to_harness_json())


@pytest.mark.slow
def test_the_harness_counts_the_same_of_the_torch_form(
    tmp_path: Path, classifier, square_photos: np.ndarray
) -> None:
    pytest.importorskip("neurobench")
    import torch
    from neurobench.benchmarks import Benchmark
    from neurobench.metrics.static import ConnectionSparsity, Footprint
    from neurobench.metrics.workload import ActivationSparsity, SynapticOperations
    from neurobench.models import TorchModel

    from qana.network.keras_forms import load_keras_form
    from qana.network.torch_network import TorchNetwork

    entry = find_entry("akida2")
    network = TorchNetwork(load_keras_form(entry, "float"))
    pixels = torch.from_numpy(square_photos[:2]).permute(0, 3, 1, 2).float()
    photos = torch.utils.data.TensorDataset(pixels, torch.zeros(2))
    metrics = [[Footprint, ConnectionSparsity], [ActivationSparsity, SynapticOperations]]
    loader = torch.utils.data.DataLoader(photos)
    benchmark = Benchmark(TorchModel(network), loader, [], [], metrics)
    benchmark.run(quiet=True)
    benchmark.save_benchmark_results(str(tmp_path / "harness"))
    theirs = json.loads((tmp_path / "harness.json").read_text())
    counted = count_neurobench(classifier, square_photos[:2])
    ours = counted.to_harness_json()
    assert list(ours) == list(theirs)
    assert set(ours["SynapticOperations"]) == set(theirs["SynapticOperations"])
    assert ours["ConnectionSparsity"] == pytest.approx(theirs["ConnectionSparsity"], abs=0.1)
    # The harness leaves out the transposed convolution and counts the zeros of the padding.
    dense = theirs["SynapticOperations"]["Dense"]
    assert ours["SynapticOperations"]["Dense"] * 0.95 < dense <= entry.macs
