"""The result of a comparison, and its JSON document."""

from dataclasses import asdict, dataclass
from typing import Any

from qana.bench.machine import Machine
from qana.bench.neurobench import NeuroBench
from qana.bench.overhead import Overhead
from qana.bench.rows import Row


@dataclass(frozen=True)
class MissingRuntime:
    """A runtime that did not run on this machine.

    Attributes:
        runtime: key of `qana.bench.command.RUNTIME_NAMES`.
        name: of the runtime, in words.
        reason: one sentence.
    """

    runtime: str
    name: str
    reason: str


@dataclass(frozen=True)
class BenchResult:
    """The result of `python -m qana bench --json`.

    Attributes:
        command: the command that makes this result.
        model: name of the model.
        sha256: hash of the model's file.
        macs: multiply-accumulates of the network for one image; None where they are unknown.
        machine: the machine that measured.
        rows: the measured rows first, then the modelled and the published ones.
        missing: runtimes that did not run.
        neurobench: NeuroBench's figures of the model; None where they were not counted.
        overhead: time that the classifier adds; None where it was not measured.
        stopped: whether the run was stopped before its end.
    """

    command: str
    model: str
    sha256: str
    macs: int | None
    machine: Machine
    rows: tuple[Row, ...]
    missing: tuple[MissingRuntime, ...] = ()
    neurobench: NeuroBench | None = None
    overhead: Overhead | None = None
    stopped: bool = False

    def to_json(self) -> dict[str, Any]:
        """Converts the result to the document of `python -m qana bench --json`."""
        document: dict[str, Any] = {
            "command": self.command,
            "model": self.model,
            "sha256": self.sha256,
            "macs": self.macs,
            "machine": self.machine.to_json(),
            "rows": [row.to_json() for row in self.rows],
            "missing": [asdict(one) for one in self.missing],
        }
        if self.neurobench is not None:
            document["neurobench"] = self.neurobench.to_json()
        if self.overhead is not None:
            document["classifier"] = self.overhead.to_json()
        if self.stopped:
            document["stopped"] = True
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "BenchResult":
        """Converts what `to_json` made back into a result.

        It checks no values: read a file of unknown origin with
        `qana.bench.result_files.read_result`.
        """
        counted, added = document.get("neurobench"), document.get("classifier")
        return cls(
            command=document["command"],
            model=document["model"],
            sha256=document["sha256"],
            macs=document["macs"],
            machine=Machine(**document["machine"]),
            rows=tuple(Row.from_json(row) for row in document["rows"]),
            missing=tuple(MissingRuntime(**one) for one in document.get("missing", ())),
            neurobench=NeuroBench.from_json(counted) if counted else None,
            overhead=Overhead(added["engine_ms"], added["classifier_ms"]) if added else None,
            stopped=document.get("stopped", False),
        )
