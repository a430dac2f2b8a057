"""Writes the files of the lesson: one page, its style, its script and its data."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import jinja2

from qana.inference.classifier import AkidaClassifier
from qana.reports.lesson.bundle import bundle_modules
from qana.reports.lesson.content import LessonContent, encode_base64, gather_content
from qana.resources import find_folder

PAGE, SCRIPT, DATA, STYLE, SOURCES = (
    *("index.html", "lesson.js", "data.js"),
    *("lesson.css", "SOURCES.txt"),
)
_HERE = Path(__file__).parent
_MODULES = find_folder("static") / "integer_network"
_LICENCE = "The scripts are part of QANA and have the Apache License, Version 2.0."


@dataclass(frozen=True)
class Lesson:
    """The lesson that was written.

    Attributes:
        files: paths of its files.
        size: of all files, bytes.
        photos: number of photos.
        complete: whether it has the chapters on conversion and bits.
    """

    files: tuple[Path, ...]
    size: int
    photos: int
    complete: bool


def write_lesson(classifier: AkidaClassifier, folder: Path) -> Lesson:
    """Writes the lesson of a network.

    Args:
        classifier: a network for Akida 2.0.
        folder: folder to write to. It is created if it is missing.

    Raises:
        ExportError: a layer of the network cannot be exported.
    """
    content = gather_content(classifier)
    texts = {
        PAGE: _make_page(content),
        SCRIPT: _make_script(),
        DATA: _make_data(content),
        STYLE: _read(_MODULES / "explorer.css") + _read(_HERE / STYLE),
        SOURCES: _list_sources(content),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    size = sum(len(text.encode()) for text in texts.values())
    return Lesson(
        files=tuple(folder / name for name in texts),
        size=size,
        photos=len(content.photos),
        complete=content.stored is not None,
    )


def _make_page(content: LessonContent) -> str:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return pages.get_template(f"{PAGE}.jinja").render(content=content)


def _make_script() -> str:
    sources = {path.name: _read(path) for path in _MODULES.glob("*.js")}
    sources[SCRIPT] = _read(_HERE / SCRIPT)
    return bundle_modules(sources, SCRIPT, WORKER=bundle_modules(sources, "worker.js"))


def _make_data(content: LessonContent) -> str:
    data = {
        "description": json.loads(content.files.description),
        "integers": encode_base64(content.files.integers),
        "photos": [photo.to_json() for photo in content.photos],
        "study": content.study,
        "questions": [asdict(question) for question in content.questions],
    }
    return f"window.QANA_LESSON = {json.dumps(data, separators=(',', ':'), allow_nan=False)}\n"


def _list_sources(content: LessonContent) -> str:
    lines = ["Sources and licences", "", _LICENCE, ""]
    lines += ["Photos and weights derive from these data sets and have their licences:"]
    lines += [f"- {attribution}" for attribution in content.attributions]
    lines += ["", *(f"{photo.name}: {photo.about}" for photo in content.photos)]
    lines += ["", f"Network {content.model}, SHA-256 {content.sha256}"]
    return "\n".join(lines) + "\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
