"""What several tests stand on: the real samples, the real classifier, a small data set of them."""

import csv
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qana.classes import LABELS
from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import Sample, load_samples
from qana.evaluation.out_of_distribution import FAMILIES, draw_images, load_library_images
from qana.imaging import assess_quality, read_image
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import find_models_folder
from qana.inference.signed_folder import MODELS_VARIABLE

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Models that have changed since they were signed fail tests/inference/test_signed_folder.py, and
# not each test that loads one.
os.environ.setdefault(MODELS_VARIABLE, str(find_models_folder()))
LESIONS_A_CLASS = 10
LONGEST_FIRST = (
    *("test_scan_browser", "test_ray", "test_qana_sequential"),
    *("test_pages_browser", "test_notebook", "test_explained_network"),
    *("test_booth_browser", "test_pipeline", "test_soak"),
    *("test_walk", "test_explain_page", "test_explain_maps"),
    *("test_compare_browser", "test_screen_table", "test_interrupted_screening"),
    *("test_batch_browser", "test_soak_lesson", "test_run_bench"),
    *("test_batch_table_browser", "test_gate", "test_fitted_gate"),
    *("test_zoom_browser", "test_bench_results", "test_compare_page"),
    *("test_proxy", "test_compare_machines", "test_convert_page"),
    *("test_grad_cam", "test_bit_widths", "test_commands", "test_studies", "test_dockerfile"),
)
"""Files that take minutes: begun last, one of them would run on beside an idle process. Files with
a browser, which takes a core for itself, stand between files without one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--all`."""
    words = "also run the tests marked slow: they train, convert large networks or repeat in full"
    parser.addoption("--all", action="store_true", help=words)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the slow tests out without `--all`, and those that time something beside others, and
    begins with the longest files."""
    left_out = set() if config.getoption("--all") else {"slow"}
    if hasattr(config, "workerinput"):  # one of several processes
        left_out.add("alone")
    out = [item for item in items if any(map(item.get_closest_marker, left_out))]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


@pytest.fixture(autouse=True, scope="module")
def collect_once() -> None:
    """Streamlit collects garbage after each run of a page, which takes seconds in a process that
    holds TensorFlow's objects: what a module finds there is not looked through again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def leave_the_rest() -> None:
    """What the fixtures of a module have made stays, too."""
    gc.freeze()


@pytest.fixture(autouse=True)
def check_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app draws charts without a check against the schema of Vega-Lite, which takes long."""
    if charts := sys.modules.get("ui.chart_data"):
        monkeypatch.setattr(charts, "CHECKED", True)


@pytest.fixture(scope="session")
def samples() -> tuple[Sample, ...]:
    return load_samples()


@pytest.fixture(scope="session")
def classifier() -> AkidaClassifier:
    return load_classifier()


@pytest.fixture(scope="session")
def sure_samples(samples: tuple[Sample, ...], classifier: AkidaClassifier) -> list[Sample]:
    """The samples that are let in and answered, in their order."""
    return [s for s in samples if diagnose(read_image(s.path), classifier).status == "classified"]


@pytest.fixture(scope="session")
def met() -> dict[str, list[np.ndarray]]:
    """A few pictures of each family that holds no lesion."""
    drawn = {family: draw_images(family, 15) for family in FAMILIES}
    photographs = load_library_images()  # none without scikit-image
    return drawn | ({"pictures": photographs[::2]} if photographs else {})


@pytest.fixture(scope="module")
def few_test_images(met: dict[str, list[np.ndarray]]) -> Iterator[None]:
    """Tests a gate on a tenth of the out-of-distribution images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qana.training.record_gate_and_abstention.load_test_images", lambda: met)
        yield


@pytest.fixture(scope="session")
def text_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of text on paper of many colours, sharp and well lit."""
    turns = np.linspace(0, 6 * np.pi, len(draw_images("text", 1)[0]))[:, None]
    paper = 0.8 + 0.2 * np.cos(turns + np.array([0, 2, 4]))
    pages = [(page * paper).astype(np.uint8) for page in draw_images("text", 20)]
    page = next(page for page in pages if assess_quality(page).ok)
    path = tmp_path_factory.mktemp("text") / "page.png"
    Image.fromarray(page).save(path)
    return path


@pytest.fixture(scope="session")
def ham_folder(tmp_path_factory: pytest.TempPathFactory, samples: tuple[Sample, ...]) -> Path:
    """A folder in HAM10000's official layout: 70 turned and cut samples, ten lesions a class."""
    root = tmp_path_factory.mktemp("ham")
    rng = np.random.default_rng(0)
    with (root / "HAM10000_metadata.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"])
        for number in range(LESIONS_A_CLASS * len(LABELS)):
            sample = samples[number % len(samples)]
            folder = root / f"HAM10000_images_part_{1 + number % 2}"
            folder.mkdir(exist_ok=True)
            left, top = (int(shift) for shift in rng.integers(0, 30, 2))
            picture = Image.open(sample.path).crop((left, top, left + 268, top + 194))
            picture.save(folder / f"TEST_{number:07}.jpg", quality=92)
            row = (f"L{number:05}", f"TEST_{number:07}", sample.label, "histo", 50, "male", "back")
            writer.writerow(row)
    return root


@pytest.fixture(scope="session")
def square_photos() -> np.ndarray:
    """(63, 128, 128, 3) uint8: nine test lesions of each class, as the network reads them."""
    return load_balanced_subset()[0]


@pytest.fixture(scope="session")
def keras_forms() -> dict[str, Any]:
    """The deployed model's Keras forms, float and quantized: loaded once, in half a minute."""
    from qana.network.quantizeml_loading import load_model

    forms = load_classifier().entry.record["keras"]
    return {
        name: load_model(str(find_models_folder() / form["file"])) for name, form in forms.items()
    }
