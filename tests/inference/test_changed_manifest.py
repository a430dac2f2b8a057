"""Changed manifests: each gives entries that can be used, or one sentence."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.edge_learning.edge_model import load_edge_model
from qana.errors import ModelError, UserError
from qana.evaluation.model_record import read_record
from qana.explanation.map_job import list_layers
from qana.inference.gate import read_gate
from qana.inference.manifest import (
    AKIDA1,
    CHIPS,
    MANIFEST,
    ModelEntry,
    find_entry,
    find_models_folder,
    read_manifest,
    update_record,
    write_manifest,
)
from qana.inference.model_store import verify_model
from qana.inference.temperature import softmax
from qana.network.keras_forms import locate_keras_form
from tests.doubles.changed_documents import (
    change_document,
    check_sentence,
    encode_document,
    nest_deeply,
)

UNREAD = ("keras", "conversion", "split", "metrics")
"""Keys that `read_manifest` does not look into."""
RECORDS: list[dict[str, Any]] = json.loads((find_models_folder() / MANIFEST).read_bytes())["models"]
EDGE = next(record for record in RECORDS if record["name"] == AKIDA1)
SMALL: dict[str, Any] = {key: {} if key in UNREAD else value for key, value in EDGE.items()} | {
    "gate": {"file": "akd1000.gate.npz", "sha256": "0" * 64, "image_types": ["close-up"]},
    "abstain": {"threshold": 0.25},
    "cases": {"file": "akd1000.cases.npz", "sha256": "0" * 64, "lesions": 3},
}
"""A record with what `read_manifest` reads, and with the head."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A models folder without a network."""
    yield tmp_path_factory.mktemp("models")


def write(folder: Path, document: Any) -> None:
    (folder / MANIFEST).write_bytes(encode_document(document))


def check_entry(entry: ModelEntry, folder: Path) -> None:
    """Checks the types and ranges that `ModelEntry` documents."""
    assert entry.name == Path(entry.name).name and entry.name.isprintable()
    assert entry.target in CHIPS
    assert len(entry.input_shape) == 3
    counts = (*entry.input_shape, entry.weight_bits, entry.activation_bits)
    assert all(type(one) is int and one > 0 for one in counts)
    assert all(type(one) is int and one >= 0 for one in (entry.parameters, entry.macs))
    assert softmax(np.array([300.0, 0.0, -300.0]), entry.temperature).sum() == pytest.approx(1)
    assert 0 <= entry.abstain_below <= 1
    assert all(isinstance(entry.record[key], str) for key in ("licence", "command"))
    assert isinstance(entry.record["metrics"], dict)
    assert f"{entry.macs / 1e6:.1f}" and f"{entry.parameters:,}"
    files = [(entry.path, entry.sha256), entry.gate, entry.cases]
    for path, digest in filter(None, files):
        assert path.resolve().parent == folder.resolve() and path.name == path.resolve().name
        assert isinstance(digest, str)
    assert all(len(kind) > 1 for kind in entry.gate_image_types)  # no text cut into letters


@settings(derandomize=True, deadline=None, max_examples=150)
@given(changed=change_document({"models": [SMALL]}))
@example(changed={"models": [SMALL | {"file": ".."}]})
@example(changed={"models": [SMALL | {"sha256": None}]})
@example(changed={"models": [SMALL | {"name": "../x"}]})
@example(changed={"models": [SMALL | {"macs": 10**400}]})
@example(changed={"models": [SMALL | {"weight_bits": 4.5}]})
@example(changed={"models": [SMALL | {"metrics": [["a", 1]]}]})
@example(changed={"models": [SMALL | {"temperature": 5e-324}]})
@example(changed={"models": [SMALL, SMALL]})
@example(changed={"models": [SMALL | {"gate": SMALL["gate"] | {"image_types": "close-up"}}]})
def test_a_changed_manifest_gives_sound_entries_or_one_sentence(folder: Path, changed: Any) -> None:
    write(folder, changed)
    try:
        entries = read_manifest(folder)
    except ModelError as error:
        check_sentence(error)
        return
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        check_entry(entry, folder)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    changed=change_document(SMALL),
    name=st.sampled_from((AKIDA1, "other", "", "x\ny", "[a](http://b.c)")),
)
@example(changed=SMALL | {"unknown": math.nan}, name=AKIDA1)
@example(changed=SMALL | {"unknown": [math.inf]}, name=AKIDA1)
@example(changed=SMALL | {"edge": []}, name=AKIDA1)
@example(changed=SMALL | {"keras": {"float": {"file": "x.h5"}}}, name=AKIDA1)
@example(changed=SMALL | {"architecture": []}, name=AKIDA1)
def test_whatever_uses_an_entry_gives_one_sentence(folder: Path, changed: Any, name: str) -> None:
    write(folder, {"models": [changed]})
    uses = (
        lambda: find_entry(name, folder),
        lambda: verify_model(find_entry(AKIDA1, folder)),
        lambda: read_gate(find_entry(AKIDA1, folder)),
        lambda: load_edge_model(AKIDA1, folder),
        lambda: update_record(AKIDA1, {"bytes": 1}, folder),
        lambda: locate_keras_form(find_entry(AKIDA1, folder), "float"),
        lambda: list_layers(find_entry(AKIDA1, folder)),
    )
    for use in uses:
        try:
            use()
        except UserError as error:
            check_sentence(error)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(changed=change_document(EDGE, most=1))
def test_a_whole_record_is_read_or_refused(folder: Path, changed: Any) -> None:
    write(folder, {"models": [changed]})
    try:
        record = read_record(find_entry(AKIDA1, folder))
    except UserError as error:
        check_sentence(error)
    else:
        assert record.name == AKIDA1 and record.metrics.lesion_test.n >= 0


@settings(derandomize=True, deadline=None, max_examples=50)
@given(
    values=st.fixed_dictionaries(
        {
            "name": st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40),
            "temperature": st.floats(1e-3, 1e3),
            "macs": st.integers(0, 10**15),
            "input_shape": st.lists(st.integers(1, 4096), min_size=3, max_size=3),
            "unknown": st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                lambda inner: st.lists(inner, max_size=3),
            ),
        }
    )
)
def test_a_written_manifest_is_read_with_the_same_values(
    folder: Path, values: dict[str, Any]
) -> None:
    write_manifest(folder, [SMALL | values])
    (entry,) = read_manifest(folder)
    assert entry.record == SMALL | values
    assert (entry.name, entry.temperature, entry.macs) == tuple(
        values[key] for key in ("name", "temperature", "macs")
    )
    assert list(entry.input_shape) == values["input_shape"]
    update_record(entry.name, {"macs": 7}, folder)
    assert find_entry(entry.name, folder).record == SMALL | values | {"macs": 7}


@pytest.mark.parametrize("key", ["models", "unknown"])
def test_a_manifest_that_is_nested_too_deeply_is_refused(folder: Path, key: str) -> None:
    (folder / MANIFEST).write_bytes(nest_deeply({"models": [SMALL]}, key))
    with pytest.raises(ModelError, match="is damaged"):
        read_manifest(folder)
