"""The table of measurement steps is complete, in order, and agrees with the commands."""

import json
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from qana.cli.main import _parse
from qana.cli.protocol import PROTOCOLS
from qana.data.sources import SOURCES
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL, find_models_folder
from qana.protocols.sources_report import name_report
from qana.reports.measurement_step import DATA, OUTLIERS, PROJECT, MeasurementStep, locate_file
from qana.reports.measurement_steps import list_steps
from qana.reports.recorded_weights import read_origin
from qana.reports.tested_code import COVERAGE, GUIDED_FUZZ, MUTATION

WRITTEN_BY_NO_STEP = {
    "models/*.fbz": "the weights themselves; `qana train` writes them",
    "models/*.h5": "the Keras forms of the weights; `qana train` writes them",
    "models/studies/*.json": "networks of their own, named by the digest of their recipe",
    "assets/samples.csv": "chosen without a network",
    "assets/samples/*": "chosen without a network",
    "assets/subset/*": "chosen without a network",
    "assets/lessons/*": "chosen without a network",
    "assets/outlines.json": "traced from the masks of the data set",
    "assets/splits/*.csv": "made from the data sets",
    "assets/soft_labels/*.npz": "the answers of teachers, which are not deployed",
    "assets/block_repairs.json": "the vendor's tools on blocks with random weights",
    "assets/boards.csv": "published figures",
    "assets/board_activity.csv": "published figures",
    "assets/published.csv": "published figures",
    "assets/outliers.csv": "chosen without a network",
    "assets/ATTRIBUTION.md": "written by hand",
    "assets/*.svg": "drawn by hand, without figures of a network",
    "assets/fonts/*": "fonts of others",
    "docs/api.md": "written by hand; its examples are tested",
    "docs/teaching.md": "written by hand, without figures of a network",
    "docs/screening.md": "written by hand, without figures of a network",
    "docs/deploy.md": "written by hand, without figures of a network",
    "docs/signing.md": "written by hand, without figures of a network",
    "docs/threat-model.md": "written by hand, without figures of a network",
    "static/*": "fonts, icons and thumbnails of the samples",
}
"""Files that depend on no deployed weights, or are these, and the reason."""
ABOUT_THE_CODE = {
    f"models/{COVERAGE}": "`tools.branch_coverage` writes it; about the code and its tests",
    f"models/{MUTATION}": "`tools.mutation` writes it; about the code and its tests",
    f"models/{GUIDED_FUZZ}": "`tools.guided_fuzz` writes it; about the code",
}
"""Files that depend on no weights and may be missing."""
FOLDERS = ("models", "assets", "docs", "static")
STUDIES = find_models_folder() / "studies"


def list_files() -> list[str]:
    """Every file that may depend on the weights, relative to the project folder."""
    found = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*")]
    return ["README.md", *(p.relative_to(PROJECT).as_posix() for p in found if p.is_file())]


def find_uncovered(files: Iterable[str], steps: Iterable[MeasurementStep]) -> list[str]:
    """Files that no step writes and that have no reason for it."""
    written = {file for step in steps for file in step.files}
    return [
        file
        for file in files
        if file not in written
        and not any(fnmatch(file, one) for one in (*WRITTEN_BY_NO_STEP, *ABOUT_THE_CODE))
    ]


def test_every_file_is_written_by_a_step_or_has_a_reason() -> None:
    assert not find_uncovered(list_files(), list_steps())


@pytest.mark.parametrize(
    "file",
    [
        "models/protocols/new.json",
        "models/new.json",
        "models/hardening/new.json",
        "models/new.md",
        "docs/new.md",
        "assets/new.json",
        "assets/screens/new.webp",
    ],
)
def test_a_new_file_is_noticed(file: str) -> None:
    assert find_uncovered([*list_files(), file], list_steps()) == [file]


def test_a_missing_step_is_noticed() -> None:
    for step in list_steps():
        others = [other for other in list_steps() if other.name != step.name]
        kept = {file for other in others for file in other.files}
        own = [file for file in step.files if file not in kept and locate_file(file).exists()]
        reasoned = [file for file in own if not find_uncovered([file], ())]
        assert set(find_uncovered(list_files(), others)) == set(own) - set(reasoned), step.name


def test_every_reason_is_needed() -> None:
    files = list_files()
    for pattern in WRITTEN_BY_NO_STEP:
        assert any(fnmatch(file, pattern) for file in files), pattern


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.json")), ids=lambda path: path.stem)
def test_a_study_without_a_step_names_its_own_networks(path: Path) -> None:
    document = json.loads(path.read_bytes())
    if f"models/studies/{path.name}" not in {f for step in list_steps() for f in step.files}:
        assert document["command"] == f"python -m qana study {path.stem} --data DIR"
        assert document["measured"]
        assert not read_origin(document).weights


def test_steps_come_after_those_that_they_need() -> None:
    earlier: set[str] = set()
    for step in list_steps():
        assert step.name not in earlier
        assert set(step.after) <= earlier, step.name
        earlier.add(step.name)


def test_every_command_can_be_parsed(tmp_path: Path) -> None:
    folders = dict.fromkeys((DATA, OUTLIERS, *SOURCES), tmp_path)
    for step in list_steps():
        python, *words = step.fill_command(folders)
        assert python.startswith("python")
        if words[:2] == ["-m", "qana"]:
            _parse(words[2:])
        elif words[0] == "-m":
            module = PROJECT.joinpath(*words[1].split("."))
            assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file()
        else:
            assert (PROJECT / words[0]).is_file()
        assert not any("{" in word for word in words)


def test_every_protocol_has_a_step() -> None:
    commands = [step.command for step in list_steps()]
    for protocol in PROTOCOLS:
        assert any(("protocol", protocol) == command[3:5] for command in commands), protocol


def test_the_report_on_all_sources_has_the_name_that_its_protocol_gives_it() -> None:
    files = {step.name: step.files for step in list_steps()}
    assert files["sources"] == (f"models/{name_report(DEFAULT_MODEL)}",)
    assert files[f"sources-{AKIDA1}"] == (f"models/{name_report(AKIDA1)}",)


def test_stored_reports_were_made_by_the_commands_of_their_steps() -> None:
    for step in list_steps():
        for file in step.files:
            path = locate_file(file)
            # The reference of Compare is measured on another computer, with each new network.
            if path.suffix == ".json" and path.name not in ("manifest.json", "nvidia.json"):
                stored = json.loads(path.read_bytes())["command"] if path.is_file() else None
                command = step.format_command()
                if step.name.startswith("same-lesion"):  # one report on several models
                    command = command.replace(step.models[0], "NAME") + ", for each model"
                assert stored in (None, command), file


def test_documents_and_reports_of_the_present_weights_are_recognized() -> None:
    steps = {step.name: step for step in list_steps()}
    for name in ("cards", "readme"):
        assert steps[name].explain_outdated(steps[name]) is None
