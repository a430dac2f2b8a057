"""A result has the promised keys and is read back, and a forged or damaged file is refused."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qana.bench.bench_result import BenchResult
from qana.bench.command import NVIDIA_KEYS, RUNTIME_NAMES
from qana.bench.result_files import ResultError, format_csv, read_result, read_shipped_results
from qana.bench.run_bench import make_known_rows
from qana.inference.manifest import find_entry

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A real result of this machine, made by the command."""
    command = "-m qana bench --json --seconds 0.5 --runtimes akida dense cuda mps --batches 1 4"
    found = subprocess.run(
        [sys.executable, *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in found.stderr
    return json.loads(found.stdout)


def test_the_json_document_has_the_promised_keys(document: dict) -> None:
    assert {"machine", "rows", "neurobench"} <= document.keys()
    for row in document["rows"]:
        assert {"runtime", "device", "precision", "batch", "latency_ms", "energy_mj"} <= row.keys()
        assert row["provenance"] in ("measured", "modelled", "published")
        assert row["source"]
        if row["latency_ms"]:
            assert {"p50", "p95"} <= row["latency_ms"].keys()
        if row["energy_mj"]:
            assert {"value", "low", "high"} <= row["energy_mj"].keys()
    operations = document["neurobench"]["synaptic_operations"]
    assert operations["Dense"] > operations["Effective_MACs"] > 0
    assert BenchResult.from_json(document).to_json() == document
    read = read_result(json.dumps(document).encode()).to_json()["rows"]
    for ours, theirs in zip(read, document["rows"], strict=True):
        for key in ("batch", "latency_ms", "energy_mj", "energy_net_mj", "provenance", "images"):
            assert ours[key] == theirs[key]
        assert ours["images_per_second"] == pytest.approx(theirs["images_per_second"])


def test_every_runtime_is_measured_or_gives_a_reason(document: dict) -> None:
    here = [row for row in document["rows"] if row["provenance"] == "measured"]
    ran = {(row["runtime"], row["batch"]) for row in here}
    assert {("Akida", 1), ("Akida", 4)} <= ran
    assert {("Dense on the processor", 1)} <= ran
    for row in here:
        assert row["runs"] >= 5 and row["images"] == row["runs"] * row["batch"]
        assert row["seconds"] > 0
        assert 0 < row["latency_ms"]["p5"] <= row["latency_ms"]["p50"] <= row["latency_ms"]["p95"]
        assert (row["energy_mj"] is None) == (row["not_measurable"] is not None)
        if "simulator" in row["device"]:
            assert row["energy_mj"] is None
    for one in document["missing"]:
        assert one["runtime"] in (*NVIDIA_KEYS, "mps") and one["reason"]
    assert (
        len({one["runtime"] for one in document["missing"]} | {row["runtime"] for row in here}) >= 4
    )


def test_a_row_with_a_forged_provenance_is_refused(document: dict) -> None:
    """A modelled or published row cannot pass as measured, nor a measured one as published."""
    known = {row.provenance for row in make_known_rows(find_entry("akida2"))}
    assert known == {"modelled", "published"}
    for number, row in enumerate(document["rows"]):
        claimed = "published" if row["provenance"] == "measured" else "measured"
        forged = json.loads(json.dumps(document))
        forged["rows"][number]["provenance"] = claimed
        with pytest.raises(ResultError, match=f"Row {number + 1} of .* and no other, has"):
            read_result(json.dumps(forged).encode())
        assert ("clock of this machine" in row["source"]) == (row["provenance"] == "measured")


def test_a_result_is_formatted_as_csv(document: dict) -> None:
    lines = list(csv.DictReader(io.StringIO(format_csv(BenchResult.from_json(document)))))
    assert len(lines) == len(document["rows"])
    for line, row in zip(lines, document["rows"], strict=True):
        assert line["provenance"] == row["provenance"]
        if row["latency_ms"]:
            assert float(line["latency_ms_p50"]) == row["latency_ms"]["p50"]


def spoilt(change: Callable[[dict], None]) -> Callable[[dict], bytes]:
    def made(document: dict) -> bytes:
        copy = json.loads(json.dumps(document))
        change(copy)
        return json.dumps(copy).encode()

    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda _: b"",
        lambda _: b"\xff\xfe",
        lambda _: b"[1, 2]",
        lambda _: b"{" * 100_000,
        lambda _: b"[" * 200_000,
        lambda _: b'{"rows": []}',
        lambda _: b" " * 3_000_000,
        spoilt(lambda d: d.update(rows={})),
        spoilt(lambda d: d.update(rows=[None])),
        spoilt(lambda d: d.update(machine="mine")),
        spoilt(lambda d: d["rows"][0].pop("device")),
        spoilt(lambda d: d["rows"][0].update(batch=0)),
        spoilt(lambda d: d["rows"][0].update(images=None)),
        spoilt(lambda d: d["rows"][0].update(device=["x"])),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": float("nan")})),
        spoilt(lambda d: d["rows"][0].update(latency_ms=3)),
        spoilt(lambda d: d["rows"][0].update(idle_watts="much")),
        spoilt(lambda d: d["rows"][0].update(not_measurable="because")),
        spoilt(lambda d: d["rows"].extend(d["rows"] * 50)),
        spoilt(lambda d: d.update(rows=[])),
        spoilt(lambda d: d["rows"][0].update(batch=10**400)),
        spoilt(lambda d: d["rows"][0].update(batch=True)),
        spoilt(lambda d: d["rows"][0].update(idle_watts=10**400)),
        spoilt(lambda d: d["rows"][0].update(runtime="\ud800")),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p50=0)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p50=-1.0)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p95="soon")),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p5=1e9)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p95=None)),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": 2, "low": 3, "high": 4})),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": 0, "low": 0, "high": 0})),
    ],
)
def test_an_invalid_file_raises_one_sentence(document: dict, make) -> None:
    with pytest.raises(ResultError) as error:
        read_result(make(document))
    assert str(error.value).count("\n") == 0 and len(str(error.value)) < 200


def test_markup_is_removed_from_a_file(document: dict) -> None:
    wild = "![x](https://example.org/x.png)<b>\n# Facts www.example.org `a` *b* c@example.org"
    read = read_result(spoilt(lambda d: d["rows"][0].update(runtime=wild))(document))
    found = read.rows[0].runtime
    assert "example.org/x.png" in found
    assert not set("[]<>!#`*@\n") & set(found) and "://" not in found and "www." not in found


def test_unknown_keys_are_ignored(document: dict) -> None:
    nested: list = []
    for _ in range(600):
        nested = [nested]
    make = spoilt(
        lambda d: d["rows"][-1].update({"provenance!": "measured", "[latency_ms": 3, "x": nested})
    )
    read = read_result(make(document))
    assert read.rows[-1].provenance == "published"
    assert format_csv(read)


def test_the_shipped_result_is_of_a_gpu_alone() -> None:
    """The page displays it by default, and the licence of Akida forbids to publish timings."""
    (result,) = read_shipped_results()
    runtimes = {row.runtime for row in result.rows}
    assert RUNTIME_NAMES["cuda"] in runtimes <= {RUNTIME_NAMES[key] for key in NVIDIA_KEYS}
    assert {row.provenance for row in result.rows} == {"measured"}
    assert 1 in {row.batch for row in result.rows}
    assert all(row.energy_mj for row in result.rows)
