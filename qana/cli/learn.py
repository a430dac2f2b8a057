"""The command `qana learn`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    parse_path,
    print_json,
    print_message,
)
from qana.edge_learning.class_photos import ClassPhoto, list_lessons, list_test_photos
from qana.edge_learning.edge_learner import EdgeLearner, LearningStep
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import Head
from qana.edge_learning.head_files import find_backup, load_head, restore_head, save_head
from qana.edge_learning.head_lock import lock_head
from qana.errors import UserError
from qana.imaging import ImageError, read_image
from qana.inference.manifest import AKIDA1

DEFAULT_HEAD = Path("learned.head")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--images", type=parse_path, metavar="DIR", help="photos to learn: one folder per class"
    )
    parser.add_argument(
        "--test",
        type=parse_path,
        metavar="DIR",
        help="photos to recognize afterwards: one folder per class",
    )
    parser.add_argument(
        "--head",
        type=parse_path,
        metavar="FILE",
        help=f"file of the learned head, to continue and save (default: {DEFAULT_HEAD})",
    )
    parser.add_argument("--undo", action="store_true", help="undo the last run first")
    add_model_option(parser, AKIDA1)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Teaches a head the photos of one folder per class, tests it on other photos and saves it."""
    if not (options.images or options.test or options.undo):
        raise UserError("There is nothing to do: give --images, --test or --undo.")
    path = options.head or DEFAULT_HEAD
    if not (options.images or options.undo):
        if options.head and not path.is_file():
            raise UserError(
                f"There is no learned head {path}: check its name, or teach one with --images."
            )
        return _run(options, path)
    check_output_file(path)
    with lock_head(path):
        return _run(options, path)


def _run(options: argparse.Namespace, path: Path) -> int:
    edge = load_edge_model(options.model)
    learner = EdgeLearner(edge)
    if found := _find_head(edge, path, options.undo):
        learner.replace_head(found)
    start = learner.head
    lessons = list_lessons(start, options.images, print_message) if options.images else []
    tests: list[ClassPhoto] = []
    if options.test:  # before anything is learned, which a wrong folder must not leave half done
        classes = tuple(dict.fromkeys((*start.classes, *(one.name for one in lessons))))
        tests = list_test_photos(classes, options.test, print_message)
    if found is None and not options.images:
        print_message(f"There is no {path} here, so the head that comes with the model is tested.")
    unreadable: list[str] = []
    try:
        steps = list(_learn(learner, lessons, unreadable))
    except KeyboardInterrupt:
        print_message("Stopped, and nothing was learned.")
        return 130
    if steps:
        in_file = path.is_file() and not options.undo
        save_head(learner.head, edge.front_sha256, path, before=None if in_file else start)
    elif options.undo:
        restore_head(path)
    try:
        tested = _test(learner, tests, unreadable)
    except KeyboardInterrupt:
        saved = f": the learned head is saved as {path}." if steps else "."
        print_message(f"Stopped{saved}")
        return 130
    document = _make_document(edge, learner, steps, tested)
    if options.json:
        print_json(document)
    else:
        if options.undo:
            print(f"The last run was undone: {path} is as it was before.")
        _print(document, path)
    return 2 if unreadable else 0


def _find_head(edge: EdgeModel, path: Path, undo: bool) -> Head | None:
    """Loads the head to continue with, or that of before the last run; None if there is none."""
    if undo:
        path = find_backup(path)
        if not path.is_file():
            raise UserError(f"There is no run to undo, because {path} is missing: omit --undo.")
    return load_head(path, edge.front_sha256) if path.is_file() else None


def _learn(
    learner: EdgeLearner, lessons: list[ClassPhoto], unreadable: list[str]
) -> Iterator[LearningStep]:
    for photo, image in _read(lessons, unreadable):
        if photo.name not in learner.head.classes:
            learner.add_class(photo.name)
        yield learner.learn(image, photo.name)


def _test(
    learner: EdgeLearner, photos: list[ClassPhoto], unreadable: list[str]
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for photo, image in _read(photos, unreadable):
        counts = found.setdefault(photo.name, {"n": 0, "recognized": 0})
        counts["n"] += 1
        counts["recognized"] += learner.recognize(image).name == photo.name
    return found


def _read(photos: list[ClassPhoto], unreadable: list[str]) -> Iterator[tuple[ClassPhoto, Any]]:
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
