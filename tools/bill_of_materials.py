"""Writes the bills of materials in CycloneDX 1.6: `python -m tools.bill_of_materials`.

bom/light.cdx.json lists what requirements-lite.txt installs, bom/full.cdx.json what
requirements.txt installs, and both the code of others that the project contains. Versions, hashes
and dependencies come from the locked requirements, the licences from the installed packages. The
models have a list of their own, the signature models/model.sig.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from qana.resources import VERSION

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "bom"
LOCKS = {"light": "requirements-lite.txt", "full": "requirements.txt"}
"""Name of each bill and the requirements that it lists."""
TENSORFLOW_JS = "4.22.0"
CONTAINED = (
    ("tfjs-core", TENSORFLOW_JS, "pkg:npm/%40tensorflow/tfjs-core", "tfjs/tf-core.min.js"),
    (
        "tfjs-backend-webgl",
        TENSORFLOW_JS,
        "pkg:npm/%40tensorflow/tfjs-backend-webgl",
        "tfjs/tf-backend-webgl.min.js",
    ),
    (
        "tfjs-backend-webgpu",
        TENSORFLOW_JS,
        "pkg:npm/%40tensorflow/tfjs-backend-webgpu",
        "tfjs/tf-backend-webgpu.min.js",
    ),
)
"""Name, version, package URL and file in static/ of code of others in the project."""
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ; ([^\\\n]+?))? \\\n((?: +[^\n]+\n?)+)", re.MULTILINE)
OWN = f"pkg:pypi/qana@{VERSION}"


@dataclass(frozen=True)
class Pin:
    """One locked requirement.

    Attributes:
        name: of the package.
        version: of the package.
        marker: the systems that need it, "" for all.
        hashes: SHA-256 of each of its archives, 64 hex digits.
        parents: names of the packages that ask for it; "qana" for the project itself.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    parents: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The package URL, which is also its reference in the bill."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_pins(lock: Path) -> list[Pin]:
    """Reads the requirements of a file that `python -m tools.lock` wrote."""
    return list(_parse_pins(lock.read_text(encoding="utf-8")))


def _parse_pins(text: str) -> Iterator[Pin]:
    for name, version, marker, rest in PIN.findall(text):
        listed = re.search(r"# via (.+)", rest)
        parents = (one.strip() for one in listed[1].split(",")) if listed else ()
        yield Pin(
            name,
            version,
            marker,
            tuple(re.findall(r"sha256:([0-9a-f]{64})", rest)),
            tuple(one.split()[0] for one in parents if not one.startswith("-c ")),
        )


def make_bill(title: str, pins: list[Pin]) -> dict[str, Any]:
    """Makes a bill of materials. Equal requirements make equal bills, so it holds no date.

    Args:
        title: "light" or "full".
        pins: the requirements.
    """
    own = {
        "type": "application",
        "bom-ref": OWN,
        "name": "qana",
        "version": VERSION,
        "description": f"The {title} installation of QANA",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": OWN,
    }
    contained = [_describe_file(*one) for one in CONTAINED]
    children: dict[str, set[str]] = {OWN: set()}
    references = {"qana": {OWN}}
    for pin in pins:  # some systems need another version of a package than others
        references.setdefault(pin.name, set()).add(pin.reference)
    for pin in pins:
        for parent in pin.parents:
            for reference in references.get(parent, ()):
                children.setdefault(reference, set()).add(pin.reference)
    children[OWN] |= {one["bom-ref"] for one in contained}
    every = set().union(*references.values(), children[OWN])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [*map(_describe_pin, pins), *contained],
        "dependencies": [
            {"ref": ref, **({"dependsOn": sorted(children[ref])} if ref in children else {})}
            for ref in sorted(every)
        ],
    }


def _describe_pin(pin: Pin) -> dict[str, Any]:
    archives = {
        "type": "distribution",
        "url": f"https://pypi.org/simple/{pin.name}/",
        "comment": "any of these archives, which pip checks",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
    }
    component = {
        "type": "library",
        "bom-ref": pin.reference,
        "name": pin.name,
        "version": pin.version,
        "licenses": _find_licence(pin.name),
        "purl": pin.reference,
        "externalReferences": [archives],
    }
    if pin.marker:
        component["properties"] = [{"name": "qana:environment-marker", "value": pin.marker}]
    return {key: value for key, value in component.items() if value}


def _describe_file(name: str, version: str, purl: str, file: str) -> dict[str, Any]:
    digest = hashlib.sha256((ROOT / "static" / file).read_bytes()).hexdigest()
    return {
        "type": "library",
        "bom-ref": f"{purl}@{version}",
        "name": name,
        "version": version,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": f"{purl}@{version}",
        "properties": [{"name": "qana:file", "value": f"static/{file}"}],
    }


def _find_licence(name: str) -> list[dict[str, Any]]:
    """Finds what an installed package names as its licence; an empty list if it is not here."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := found.get("License-Expression"):
        return [{"expression": expression}]
    kinds = [
        kind.rpartition(" :: ")[2]
        for kind in found.get_all("Classifier", [])
        if kind.startswith("License :: ")
    ]
    text = " / ".join(kinds) or (found.get("License") or "").strip().partition("\n")[0]
    return [{"license": {"name": text}}] if text else []


def main() -> int:
    """Writes both bills, and returns an exit code."""
    FOLDER.mkdir(exist_ok=True)
    for title, lock in LOCKS.items():
        path = FOLDER / f"{title}.cdx.json"
        bill = make_bill(title, read_pins(ROOT / lock))
        path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(bill['components'])} components\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
