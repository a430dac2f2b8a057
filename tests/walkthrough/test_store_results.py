"""The stored results are written part by part, and an interrupted run continues."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from qana.errors import UserError
from qana.walkthrough.store_results import (
    ENGINE,
    NAMES,
    TENSORFLOW,
    Document,
    _run_apart,
    store_results,
)
from qana.walkthrough.stored_results import FLOAT, PAIRS, format_bits


def fill(document: Document, computed: list[str]) -> None:
    """Adds every part, and notes those that were computed."""

    def compute(name: str) -> object:
        computed.append(name)
        if name == "exercises":
            return {"lossy_blocks": {}, "savings": {}}
        return {"answers": {"of": name}, "sha256": name} if "/" in name else {"of": name}

    names = ("deployed", "highest", "exercises", "cases", "agreements", FLOAT)
    for name in (*names, *map(format_bits, PAIRS)):
        document.add(name, lambda name=name: compute(name), name, lambda words: None)


def test_parts_are_stored_at_once_and_not_computed_again(classifier, tmp_path: Path) -> None:
    unfinished = tmp_path / "akida2.json.unfinished"
    first = Document(unfinished, classifier.entry)
    lines: list[str] = []
    first.add("deployed", lambda: [1], "Asking", lines.append)
    first.add("deployed", lambda: [2], "Asking", lines.append)
    assert lines == ["Asking"]  # a part that is there is neither computed nor named
    with pytest.raises(KeyboardInterrupt):
        first.add("highest", interrupt, "Ranges", lines.append)
    computed: list[str] = []
    second = Document(unfinished, classifier.entry)
    fill(second, computed)
    assert "deployed" not in computed and computed[0] == "highest"
    path = tmp_path / "akida2.json"
    second.finish(path)
    assert not unfinished.exists()
    document = json.loads(path.read_text())
    assert document["sha256"] == classifier.entry.sha256
    assert document["deployed"] == [1]
    assert document["networks"] == {name: name for name in map(format_bits, PAIRS)}
    assert set(document["answers"]) == {FLOAT, *map(format_bits, PAIRS)}
    assert document["answers"]["4/8"] == {"of": "4/8"}
    assert {"lossy_blocks", "savings"} <= set(document)


@pytest.mark.parametrize("left", ['{"sha256": "other", "deployed": [2]}', "{", "[]"])
def test_what_other_weights_have_left_is_ignored(classifier, tmp_path: Path, left: str) -> None:
    unfinished = tmp_path / "akida2.json.unfinished"
    unfinished.write_text(left)
    computed: list[str] = []
    fill(Document(unfinished, classifier.entry), computed)
    assert computed[0] == "deployed"


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_part_runs_in_a_process_of_its_own(classifier, monkeypatch) -> None:
    # Streamlit's test of a function leaves that function as the main module, which the new process
    # would run.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    rows = _run_apart(ENGINE, "answer_deployed", classifier.name)
    assert len(rows) == 63 and len(rows[0]) == 7


def test_a_network_for_another_chip_is_refused_before_work_begins(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("qana.walkthrough.store_results.FOLDER", tmp_path / "stored")
    lines: list[str] = []
    with pytest.raises(UserError, match="akd1000 is not for it: choose another model"):
        store_results("akd1000", lines.append)
    assert not lines
    assert not (tmp_path / "stored").exists()


def test_a_process_that_ends_early_is_one_sentence() -> None:
    with pytest.raises(UserError, match="run the command again"):
        _run_apart("os", "abort")


def test_every_part_has_a_function() -> None:
    called = [(module, function, "(model: str)") for module, function, _words in NAMES.values()]
    for module, function, arguments in (
        *called,
        (TENSORFLOW, "quantize_pair", "(model: str, bits: Bits)"),
    ):
        source = Path(__file__).parents[2].joinpath(*module.split(".")).with_suffix(".py")
        assert f"def {function}{arguments}" in source.read_text(encoding="utf-8")
