"""Who imports whom: the arrows between files, drawn from their source, run downward only."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = (
    ("pages", "streamlit_app"),
    ("ui",),
    ("qana", "qana.__main__", "qana.cli"),
    (
        *("qana.walkthrough", "qana.reports", "qana.explanation", "qana.edge_learning"),
        *("qana.bench", "qana.screening", "qana.jobs"),
    ),
    ("qana.training", "qana.protocols", "qana.studies"),
    ("qana.conversion", "qana.evaluation", "qana.export"),
    ("qana.inference", "qana.network", "qana.data"),
    ("qana.imaging",),
    ("qana.classes", "qana.errors", "qana.output_files", "qana.resources", "qana.typed_json"),
)
"""From the top: a folder imports from its own floor and from those below it."""
HEAVY = {"tensorflow", "tf_keras", "keras", "torch", "torchvision", "cnn2snn", "quantizeml"}
LIGHT = ("qana.imaging", "qana.inference")
LEAST_LINES, MOST_LINES = 25, 250

Sources = Mapping[str, str]
Arrow = tuple[str, str]


def find_files() -> Iterator[Path]:
    for folder in ("qana", "ui", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield ROOT / "streamlit_app.py"


def read_sources() -> dict[str, str]:
    """The source of each module, by its dotted name."""
    found = {}
    for path in find_files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


def list_imports(source: str) -> Iterator[tuple[str, str | None]]:
    """Every import, those inside functions included, as (module, imported name or None)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((one.name, None) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from ((node.module or "", one.name) for one in node.names)


def draw_arrows(sources: Sources) -> set[Arrow]:
    """(importing module, imported module) within the project."""
    arrows = set()
    for module, source in sources.items():
        for imported, name in list_imports(source):
            whole = f"{imported}.{name}"
            target = whole if whole in sources else imported
            if target in sources and target != module:
                arrows.add((module, target))
    return arrows


def find_folder(module: str) -> str:
    """The folder that a module lies in, or the module itself where it lies in none."""
    first, *rest = module.split(".")
    return first if first == "pages" else ".".join([first, *rest[:1]])


def find_floor(module: str) -> int:
    """Index into FLOORS."""
    folder = find_folder(module)
    folder = "ui" if folder.startswith("ui.") else folder
    return next(place for place, floor in enumerate(FLOORS) if folder in floor)


def find_upward(arrows: set[Arrow]) -> list[str]:
    return sorted(
        f"{importer} imports {imported}"
        for importer, imported in arrows
        if find_floor(imported) < find_floor(importer)
    )


def find_circle(arrows: set[Arrow]) -> list[str]:
    """The modules of one circle, in its order; empty where there is none."""
    graph = defaultdict(set)
    for importer, imported in arrows:
        graph[importer].add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def join_folders(arrows: set[Arrow]) -> set[Arrow]:
    """The arrows between folders."""
    folders = {(find_folder(importer), find_folder(imported)) for importer, imported in arrows}
    return {(importer, imported) for importer, imported in folders if importer != imported}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return read_sources()


def test_every_folder_has_its_floor(sources) -> None:
    known = {folder for floor in FLOORS for folder in floor}
    folders = {find_folder(module) for module in sources}
    assert {folder for folder in folders if not folder.startswith("ui")} <= known


def test_no_import_runs_upward(sources) -> None:
    found = find_upward(draw_arrows(sources))
    assert not found, "\n".join(found)


def test_no_folders_import_each_other(sources) -> None:
    circle = find_circle(join_folders(draw_arrows(sources)))
    assert not circle, " - ".join(circle)


def test_no_files_import_each_other(sources) -> None:
    circle = find_circle(draw_arrows(sources))
    assert not circle, " - ".join(circle)


def test_only_the_pages_and_their_parts_know_streamlit(sources) -> None:
    knowing = {
        module
        for module, source in sources.items()
        if any(imported.split(".")[0] == "streamlit" for imported, _ in list_imports(source))
    }
    assert {module.split(".")[0] for module in knowing} <= {"pages", "ui", "streamlit_app"}


def test_what_classifies_imports_no_training_framework(sources) -> None:
    for module, source in sources.items():
        if module.startswith(LIGHT):
            imported = {name.split(".")[0] for name, _ in list_imports(source)}
            assert not imported & HEAVY, module


def test_files_hold_one_idea_each() -> None:
    """A small file joins its neighbour, a large one is split."""
    wrong = []
    for path in find_files():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        least = 0 if path.stem in ("__init__", "__main__") else LEAST_LINES
        if not least <= lines <= MOST_LINES:
            wrong.append(f"{path.relative_to(ROOT)}: {lines} lines")
    assert not wrong, "\n".join(wrong)


PAGE_HELPER = {
    "ui.verdict": "import streamlit",
    "qana.inference.diagnosis": "def diagnose():\n    from ui.verdict import show",
}
TWO_FOLDERS = {
    "qana.bench.rows": "from qana.reports.facts import collect",
    "qana.reports.facts": "import qana.bench.rows",
}
TWO_FILES = {
    "qana.data.samples": "from qana.data import arrays",
    "qana.data.arrays": "from qana.data.samples import Sample",
}


def test_a_page_s_helper_in_inference_is_found() -> None:
    found = find_upward(draw_arrows(PAGE_HELPER))
    assert found == ["qana.inference.diagnosis imports ui.verdict"]


def test_circles_are_found() -> None:
    assert not find_upward(draw_arrows(TWO_FOLDERS))
    assert set(find_circle(join_folders(draw_arrows(TWO_FOLDERS)))) == {
        "qana.bench",
        "qana.reports",
    }
    assert set(find_circle(draw_arrows(TWO_FILES))) == set(TWO_FILES)
