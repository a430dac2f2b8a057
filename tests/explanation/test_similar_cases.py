"""Similar cases: near training lesions, never the photo's own lesion, without heavy packages."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import qana
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, Photo
from qana.data.samples import Sample
from qana.data.source_names import ATTRIBUTIONS
from qana.errors import ModelError, UserError
from qana.explanation import similar_cases
from qana.explanation.choose_cases import build_cases, choose_cases
from qana.explanation.photo_prints import find_same_photo, make_print
from qana.explanation.reference_cases import (
    CASES_FILE,
    ReferenceCases,
    read_case_features,
    read_cases,
    write_case_features,
)
from qana.explanation.similar_cases import CaseSearch, find_similar
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import Diagnosis, diagnose
from qana.inference.events import read_features
from qana.inference.model_store import hash_file


def make_photo(sample: Sample, **changes: object) -> Photo:
    base = Photo(
        sample.image_id, sample.lesion_id, sample.label, "", None, "unknown", "", sample.path, None
    )
    return replace(base, source=sample.source, image_type=sample.image_type, **changes)


@pytest.fixture(scope="module")
def cases(samples: tuple[Sample, ...]) -> ReferenceCases:
    photos = [make_photo(sample) for sample in samples]
    return build_cases(photos, {photo.image_id: photo.lesion_id for photo in photos})


@pytest.fixture(scope="module")
def features(cases: ReferenceCases, classifier: AkidaClassifier) -> np.ndarray:
    squares = [
        to_input(read_image(f"assets/samples/{name}.jpg"), classifier.input_size)
        for name in cases.ids
    ]
    return classifier.features(np.stack(squares))


@pytest.fixture
def own_search(
    cases: ReferenceCases, features: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CaseSearch]:
    search = CaseSearch(cases, features)
    monkeypatch.setattr(similar_cases, "load_search", lambda entry: search)
    yield search


def see(path: Path, classifier: AkidaClassifier) -> Diagnosis:
    return diagnose(read_image(path), classifier, force=True)


@pytest.mark.usefixtures("own_search")
def test_cases_are_sorted_and_complete(
    samples: tuple[Sample, ...], classifier: AkidaClassifier
) -> None:
    found = find_similar(see(samples[0].path, classifier), k=6)
    assert len(found) == len({case.lesion for case in found}) == 6
    distances = [case.distance for case in found]
    assert distances == sorted(distances)
    assert 0 < distances[0] < distances[-1] <= 2
    by_id = {sample.image_id: sample for sample in samples}
    for case in found:
        assert case.label == by_id[case.id].label
        assert case.attribution == ATTRIBUTIONS[case.source]
        assert case.read_photo().shape == (112, 112, 3)


@pytest.mark.usefixtures("own_search")
@pytest.mark.parametrize("change", ["same", "mirrored", "turned", "saved again", "scaled"])
def test_no_case_is_the_photo_itself(
    samples: tuple[Sample, ...], classifier: AkidaClassifier, change: str
) -> None:
    for sample in samples[::4]:
        photo = read_image(sample.path)
        photo = {
            "same": lambda p: p,
            "mirrored": lambda p: p[:, ::-1].copy(),
            "turned": lambda p: np.rot90(p).copy(),
            "saved again": lambda p: cv2.imdecode(
                cv2.imencode(".jpg", p, (cv2.IMWRITE_JPEG_QUALITY, 40))[1], cv2.IMREAD_COLOR
            ),
            "scaled": lambda p: cv2.resize(p, None, fx=1.7, fy=1.7),
        }[change](photo)
        found = find_similar(diagnose(photo, classifier, force=True), k=5)
        assert sample.lesion_id not in {case.lesion for case in found}


def test_other_photos_are_not_taken_for_the_same(cases: ReferenceCases) -> None:
    for number, own in enumerate(cases.prints):
        assert np.flatnonzero(find_same_photo(own, cases.prints)).tolist() == [number]


def test_a_uniform_photo_has_a_print_without_copies(cases: ReferenceCases) -> None:
    flat = make_print(np.full((128, 128, 3), 90, np.uint8))
    assert not find_same_photo(flat, cases.prints).any()


@pytest.mark.usefixtures("own_search")
def test_wrong_use_is_one_sentence(text_page: Path, classifier: AkidaClassifier) -> None:
    rejected = diagnose(np.zeros((300, 300, 3), np.uint8), classifier)
    with pytest.raises(UserError, match="rejected photo has no similar cases"):
        find_similar(rejected)
    for count in (0, -1, 51):
        with pytest.raises(UserError, match="from 1 to 50"):
            find_similar(rejected, k=count)


def test_the_choice_takes_each_lesion_once_and_rare_classes_whole(
    samples: tuple[Sample, ...],
) -> None:
    rare = [make_photo(samples[0], label="df")]
    many = [
        make_photo(samples[0], image_id=f"x{n:03}", lesion_id=f"l{n // 2}", label="nv")
        for n in range(100)
    ]
    twice = [replace(many[0], image_id="y", image_type=CLOSE_UP)]
    rare = [replace(one, image_id="rare", lesion_id="rare") for one in rare]
    photos = [*rare, *many, *twice]
    lesions = {photo.image_id: photo.lesion_id for photo in photos}
    chosen = choose_cases(photos, lesions, most=12)
    assert chosen == choose_cases(photos[::-1], lesions, most=12)
    assert len(chosen) == 12
    assert {"rare", "y"} < {photo.image_id for photo in chosen}
    pairs = [(photo.lesion_id, photo.image_type) for photo in chosen]
    assert len(set(pairs)) == len(pairs)
    assert {kind for _, kind in pairs} == {DERMOSCOPIC, CLOSE_UP}


def test_files_are_read_as_written(
    cases: ReferenceCases, features: np.ndarray, tmp_path: Path
) -> None:
    cases.write(tmp_path / "cases.npz")
    again = read_cases(tmp_path / "cases.npz")
    assert again.ids.tolist() == cases.ids.tolist()
    assert again.read_file(3) == cases.read_file(3)
    path = tmp_path / "akida2.cases.npz"
    write_case_features(path, cases, features)
    stored = read_case_features(path, hash_file(path), again)
    assert np.array_equal(stored, features)
    others = replace(again, ids=again.ids[::-1])
    with pytest.raises(ModelError, match="made for other photos"):
        read_case_features(path, hash_file(path), others)
    with pytest.raises(ModelError, match="bytes have changed"):
        read_case_features(path, "0" * 64, again)


@pytest.mark.parametrize("cut", [0, 10, 5000])
def test_a_damaged_file_is_one_sentence(cases: ReferenceCases, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cases.npz"
    with pytest.raises(ModelError, match="missing"):
        read_cases(path)
    cases.write(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ModelError, match="damaged"):
        read_cases(path)
    cases_short = replace(cases, labels=cases.labels[:-1])
    cases_short.write(path)
    with pytest.raises(ModelError, match="damaged"):
        read_cases(path)


def test_features_of_a_prediction_are_those_of_the_index(
    samples: tuple[Sample, ...], classifier: AkidaClassifier, features: np.ndarray
) -> None:
    prediction = see(samples[0].path, classifier).prediction
    assert prediction is not None
    assert np.array_equal(read_features(prediction.outputs), features[0])


@pytest.mark.parametrize("model", ["akida2", "akd1000"])
def test_deployed_networks_find_cases_without_heavy_packages(
    model: str, samples: tuple[Sample, ...]
) -> None:
    if load_classifier(model).entry.cases is None:
        pytest.skip(f"{model} has no reference cases yet")
    code = (
        "import sys, qana\n"
        "photo = qana.read_image(sys.argv[1])\n"
        "diagnosis = qana.diagnose(photo, qana.load_classifier(sys.argv[2]), force=True)\n"
        "assert len(qana.similar(diagnosis)) == 5\n"
        "bad = {'tensorflow', 'torch', 'pandas', 'sklearn', 'streamlit'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    command = [sys.executable, "-c", code, str(samples[0].path), model]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_case_of_a_deployed_network_is_a_sample(samples: tuple[Sample, ...]) -> None:
    try:
        stored = read_cases()
    except ModelError:
        pytest.skip("there are no reference cases yet")
    ids = set(stored.ids.tolist())
    assert not ids & {sample.image_id for sample in samples}
    assert qana.similar is find_similar


@pytest.mark.parametrize("model", ["akida2", "akd1000"])
def test_the_search_is_small_and_fast(model: str, samples: tuple[Sample, ...]) -> None:
    """The files are below 12 MB. A search takes less than 15 ms of the processor."""
    classifier = load_classifier(model)
    if classifier.entry.cases is None:
        pytest.skip(f"{model} has no reference cases yet")
    files = (CASES_FILE, classifier.entry.cases[0])
    assert sum(file.stat().st_size for file in files) < 12e6
    diagnosis = see(samples[0].path, classifier)
    find_similar(diagnosis)
    seconds = []
    for _ in range(15):
        start = time.thread_time()
        find_similar(diagnosis)
        seconds.append(time.thread_time() - start)
    assert np.median(seconds) < 0.015
