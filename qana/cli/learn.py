"""The command `qana learn`."""

import argparse
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    print_json,
    print_message,
)
from qana.edge_learning.class_folders import ClassFolder, read_class_folders
from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.edge_learner import EdgeLearner, LearningStep
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import Head, HeadError, add_class
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head, save_head
from qana.errors import UserError
from qana.imaging import ImageError, read_image
from qana.inference.manifest import AKIDA1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="photos to learn: one folder per class"
    )
    parser.add_argument(
        "--test",
        type=Path,
        metavar="DIR",
        help="photos to recognize afterwards: one folder per class",
    )
    parser.add_argument(
        "--head",
        type=Path,
        default=Path("learned.head"),
        metavar="FILE",
        help="file of the learned head, to continue and save (default: learned.head)",
    )
    parser.add_argument("--undo", action="store_true", help="undo the last run first")
    add_model_option(parser, AKIDA1)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Teaches a head the photos of one folder per class, tests it on other photos and saves it."""
    if not (options.images or options.test or options.undo):
        raise UserError("There is nothing to do: give --images, --test or --undo.")
    if options.images or options.undo:
        check_output_file(options.head)
    edge = load_edge_model(options.model)
    learner, head = EdgeLearner(edge), options.head
    if options.undo:
        _undo(edge, head)
    if head.is_file():
        learner.replace_head(load_head(head, edge.front_sha256))
    unreadable: list[str] = []
    lessons = list(_learn(learner, options.images, unreadable)) if options.images else []
    if lessons:
        if not head.is_file():  # so that the first run can be undone, too
            save_head(edge.initial_head, edge.front_sha256, head)
        save_head(learner.head, edge.front_sha256, head)
    tested = _test(learner, options.test, unreadable) if options.test else {}
    document = _make_document(edge, learner, lessons, tested)
    if options.json:
        print_json(document)
    else:
        if options.undo:
            print(f"The last run was undone: {head} is as it was before.")
        _print(document, head)
    return 2 if unreadable else 0


def _undo(edge: EdgeModel, head: Path) -> None:
    """Restores the head that the last run replaced; this can be done once."""
    before = head.with_name(head.name + BACKUP_SUFFIX)
    if not before.is_file():
        raise UserError(f"There is no run to undo, because {before} is missing: omit --undo.")
    load_head(before, edge.front_sha256)  # a damaged file must not replace a sound one
    before.replace(head)


@dataclass(frozen=True)
class _Photo:
    """A file and the class that its folder stands for."""

    path: Path
    name: str


def _learn(learner: EdgeLearner, folder: Path, unreadable: list[str]) -> Iterator[LearningStep]:
    for photo, image in _read(_list_lessons(learner.head, folder), unreadable):
        if photo.name not in learner.head.classes:
            learner.add_class(photo.name)
        yield learner.learn(image, photo.name)


def _list_lessons(head: Head, folder: Path) -> list[_Photo]:
    """Lists the photos to learn, and checks the name of each folder before any is read."""
    lessons = []
    for one in _read_folders(folder, head.classes):
        name = find_class(head.classes, one.path.name)
        if name is None:
            name = make_class_name(one.path.name)
            try:
                head = add_class(head, name)
            except HeadError as error:
                raise UserError(
                    f"The folder {one.path.name!r} in {folder} cannot be learned: {error}"
                ) from None
        if name != unicodedata.normalize("NFC", one.path.name.strip()):
            print_message(f"The photos in {one.path} teach the class {name!r}.")
        lessons += [_Photo(path, name) for path in one.files]
    return lessons


def _test(learner: EdgeLearner, folder: Path, unreadable: list[str]) -> dict[str, dict[str, int]]:
    photos = []
    for one in _read_folders(folder, learner.head.classes):
        name = find_class(learner.head.classes, one.path.name)
        if name is None:
            raise UserError(
                f"The folder {one.path.name!r} in {folder} cannot be tested, because the head has "
                f"no class {one.path.name.strip()!r}: teach it with --images first."
            )
        photos += [_Photo(path, name) for path in one.files]
    found: dict[str, dict[str, int]] = {}
    for photo, image in _read(photos, unreadable):
        counts = found.setdefault(photo.name, {"n": 0, "recognized": 0})
        counts["n"] += 1
        counts["recognized"] += learner.recognize(image).name == photo.name
    return found


def _read_folders(folder: Path, classes: tuple[str, ...]) -> tuple[ClassFolder, ...]:
    found = read_class_folders(folder, classes)
    for remark in found.remarks:
        print_message(remark)
    return found.folders


def _read(photos: list[_Photo], unreadable: list[str]) -> Iterator[tuple[_Photo, Any]]:
    """Yields each photo with its pixels, and reports the files that cannot be read."""
    for photo in photos:
        try:
            yield photo, read_image(photo.path)
        except ImageError as error:
            unreadable.append(str(photo.path))
            print_message(f"{photo.path}: {error}")


def _make_document(
    edge: EdgeModel,
    learner: EdgeLearner,
    lessons: list[LearningStep],
    tested: dict[str, dict[str, int]],
) -> dict[str, Any]:
    return {
        "model": edge.entry.name,
        "backend": edge.engine.backend.kind,
        "classes": dict(zip(learner.head.classes, learner.head.photo_counts, strict=True)),
        "lessons": [
            {
                "class": lesson.name,
                "before": lesson.before.name,
                "after": lesson.after.name,
                "learn_ms": lesson.learn_ms,
                "swapped": lesson.swapped,
                "events": lesson.events,
            }
            for lesson in lessons
        ],
        "tested": tested,
    }


def _print(document: dict[str, Any], head: Path) -> None:
    lessons = document["lessons"]
    if lessons:
        right = [sum(one[when] == one["class"] for one in lessons) for when in ("before", "after")]
        mean = sum(one["learn_ms"] for one in lessons) / len(lessons)
        print(
            f"{len(lessons)} photos learned on the {document['backend']}, {mean:.0f} ms each; "
            f"{right[0]} of them recognized before they were learned and {right[1]} afterwards; "
            f"saved as {head}"
        )
    if idle := sum(not one["swapped"] for one in lessons):
        print(f"{idle} of them changed no connection: the neurons of their class have converged.")
    for name, counts in document["tested"].items():
        print(f"{name}: {counts['recognized']} of {counts['n']} recognized")
