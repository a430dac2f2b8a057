"""Describes the machine that a measurement ran on."""

import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("akida", "torch", "onnxruntime", "tensorflow")


@dataclass(frozen=True)
class Machine:
    """The hardware and software of one machine. Nothing in it identifies a person.

    Attributes:
        processor: name of the processor model.
        cores: logical cores; None where they are unknown.
        system: operating system and architecture, such as "Linux x86_64"; "" where unknown.
        python: version of Python; "" where unknown.
        packages: installed packages of `PACKAGES` and their versions.
    """

    processor: str
    cores: int | None = None
    system: str = ""
    python: str = ""
    packages: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Converts the machine to the "machine" of `python -m qana bench --json`."""
        return asdict(self)


def describe_machine() -> Machine:
    """Reads what this machine is."""
    return Machine(
        processor=_read_processor(),
        cores=os.cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        packages={name: found for name in PACKAGES if (found := _find_version(name))},
    )


def _read_processor() -> str:
    # Linux alone states the model's name in a file; `platform` often returns "x86_64" there.
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine() or "unknown")


def _find_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
