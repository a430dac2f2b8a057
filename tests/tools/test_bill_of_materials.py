"""The bills of materials are valid CycloneDX and list what is installed, no more and no less."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tools.bill_of_materials import FOLDER, LOCKS, ROOT, make_bill, read_pins

MADE_BY = "bom/ is out of date: run `python -m tools.bill_of_materials`"


def read_bill(title: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{title}.cdx.json").read_text(encoding="utf-8"))


def leave_out_licences(bill: dict[str, Any]) -> dict[str, Any]:
    """Licences come from the packages that are installed here, which differ by system."""
    components = [
        {key: value for key, value in one.items() if key != "licenses"}
        for one in bill["components"]
    ]
    return bill | {"components": components}


@pytest.mark.parametrize("title", LOCKS)
def test_a_bill_is_valid_by_the_schema_of_cyclonedx(title: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    text = (FOLDER / f"{title}.cdx.json").read_text(encoding="utf-8")
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"library"', '"libary"')) is not None


@pytest.mark.parametrize("title", LOCKS)
def test_a_bill_is_what_its_command_writes_now(title: str) -> None:
    made = json.loads(json.dumps(make_bill(title, read_pins(ROOT / LOCKS[title]))))
    assert leave_out_licences(read_bill(title)) == leave_out_licences(made), MADE_BY


@pytest.mark.parametrize("title", LOCKS)
def test_a_bill_lists_each_locked_requirement_with_all_hashes(title: str) -> None:
    """Read from the requirements in another way than the command does."""
    lines = (ROOT / LOCKS[title]).read_text(encoding="utf-8").splitlines()
    wanted = {line.split(" ")[0] for line in lines if re.match(r"[a-z0-9].*==", line)}
    hashes = {
        line.strip(" \\").removeprefix("--hash=sha256:") for line in lines if "--hash" in line
    }
    components = [one for one in read_bill(title)["components"] if "pypi" in one["purl"]]
    assert {f"{one['name']}=={one['version']}" for one in components} == wanted
    listed = [h["content"] for one in components for h in one["externalReferences"][0]["hashes"]]
    assert set(listed) == hashes


@pytest.mark.parametrize("title", LOCKS)
def test_each_component_is_reached_from_the_project_and_most_name_a_licence(title: str) -> None:
    bill = read_bill(title)
    children = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += children[reference]
    assert {one["bom-ref"] for one in bill["components"]} <= reached
    without = [one["name"] for one in bill["components"] if not one.get("licenses")]
    assert len(without) < 0.1 * len(bill["components"]), without


def test_the_light_bill_is_part_of_the_full_one() -> None:
    light, full = ({one["bom-ref"] for one in read_bill(t)["components"]} for t in LOCKS)
    assert light < full


@pytest.mark.parametrize("title", LOCKS)
def test_code_of_others_in_the_project_is_listed_by_its_hash(title: str) -> None:
    listed = {
        one["properties"][0]["value"]: one["hashes"][0]["content"]
        for one in read_bill(title)["components"]
        if "npm" in one["purl"]
    }
    contained = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(ROOT / "static").rglob("*.min.js")
    }
    assert listed == contained
