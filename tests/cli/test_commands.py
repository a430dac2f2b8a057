"""The commands as other programs use them."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from qana.classes import LABELS
from qana.data.samples import SAMPLES_FOLDER, Sample, load_all_samples
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose, get_gate_problem


def qana(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qana", *(str(argument) for argument in arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_models_lists_what_others_rely_on() -> None:
    ran = qana("models", "--json")
    assert ran.returncode == 0
    models = {model["name"]: model for model in json.loads(ran.stdout)["models"]}
    deployed = models["akida2"]
    assert deployed["target"] == "akida2"
    assert deployed["input_shape"] == [128, 128, 3]
    assert deployed["parameters"] < 1_000_000
    assert deployed["macs"] < 55_000_000
    assert len(deployed["sha256"]) == 64
    assert 0 < deployed["metrics"]["lesion-test"]["balanced_accuracy"] < 1
    assert qana("models").stdout.startswith("akida2: ")


def test_predict_answers_as_the_classifier(classifier: AkidaClassifier) -> None:
    from qana.imaging import read_image

    samples = load_all_samples()
    paths = sorted(SAMPLES_FOLDER.iterdir())
    assert paths == sorted(sample.path for sample in samples)  # the README's assets/samples/*
    samples = sorted(samples, key=lambda sample: sample.path)
    ran = qana("predict", "--json", "--raw", *paths)
    assert ran.returncode == 0
    document = json.loads(ran.stdout)
    assert document["model"] == "akida2"
    assert document["backend"] in ("chip", "simulator")
    for answer, sample in zip(document["images"], samples, strict=True):
        prediction = classifier.classify(read_image(sample.path))
        assert answer["path"] == str(sample.path)
        assert answer["status"] == "classified"
        assert answer["logits"] == prediction.logits.tolist()
        assert [guess["label"] for guess in answer["top"]] == [code for code, _ in prediction.top]
        assert answer["malignant_probability"] == prediction.malignant_probability
        assert answer["events"] == prediction.events


def test_an_unreadable_file_is_told_and_the_others_are_done(tmp_path: Path, sure_samples) -> None:
    text, blurred = tmp_path / "text.jpg", tmp_path / "blurred.jpg"
    text.write_text("not a picture")
    sound = sure_samples[0].path
    Image.open(sound).filter(ImageFilter.GaussianBlur(6)).save(blurred)
    ran = qana("predict", "--json", text, tmp_path / "missing.jpg", blurred, sound)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert [line for line in ran.stderr.splitlines() if "text.jpg" in line]
    answers = json.loads(ran.stdout)["images"]
    states = [answer["status"] for answer in answers]
    assert states == ["rejected", "rejected", "rejected", "classified"]
    assert "blurred" in answers[2]["reason"]
    assert json.loads(qana("predict", "--json", "--raw", blurred).stdout)["images"][0]["top"]


def test_what_is_no_lesion_or_unsure_is_not_said_as_a_verdict(
    classifier: AkidaClassifier, samples, text_page: Path
) -> None:
    unsure = [s for s in samples if diagnose(read_image(s.path), classifier).status == "abstained"]
    paths = [text_page, *(sample.path for sample in unsure)]
    first, *others = json.loads(qana("predict", "--json", *paths).stdout)["images"]
    assert first["status"] == "rejected"
    assert first["reason"] == get_gate_problem(classifier.entry).message
    assert first["top"] == []
    for answer in others:
        assert answer["status"] == "abstained"
        assert "not sure" in answer["reason"]
        assert len(answer["top"]) == 3
        assert answer["top"][0]["probability"] < classifier.entry.abstain_below
    lines = qana("predict", *paths).stdout.splitlines()
    assert lines[0] == f"{text_page}: {first['reason']}"
    assert all(": not sure, perhaps " in line for line in lines[1:])
    raw = json.loads(qana("predict", "--json", "--raw", *paths).stdout)["images"]
    assert {answer["status"] for answer in raw} == {"classified"}
    assert {answer["reason"] for answer in raw} == {None}


@pytest.fixture(scope="module")
def label_files(tmp_path_factory, samples: tuple[Sample, ...]) -> dict[str, Path]:
    """The samples' labels in both layouts."""
    folder = tmp_path_factory.mktemp("labels")
    ham, isic = folder / "ham.csv", folder / "isic.csv"
    with ham.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("lesion_id", "image_id", "dx"))
        writer.writerows((s.image_id, s.image_id, s.label) for s in samples)
    with isic.open("w", newline="") as file:
        writer = csv.writer(file)
        order = ("mel", "nv", "bcc", "akiec", "bkl", "df", "vasc")
        writer.writerow(("image", *(code.upper() for code in order)))
        writer.writerows(
            (s.image_id, *(f"{float(s.label == code)}" for code in order)) for s in samples
        )
    return {"ham": ham, "isic": isic}


def test_evaluate_gives_the_same_numbers_for_both_layouts(label_files, classifier) -> None:
    documents = []
    for labels in label_files.values():
        ran = qana("evaluate", "--images", SAMPLES_FOLDER, "--labels", labels, "--json")
        assert ran.returncode == 0, ran.stderr
        documents.append(json.loads(ran.stdout))
    assert documents[0] == documents[1]
    document = documents[0]
    assert document["n"] == 21
    assert document["labels"] == list(LABELS)
    confusion = np.array(document["confusion"])
    assert confusion.sum() == 21
    assert document["accuracy"] == pytest.approx(np.trace(confusion) / 21)
    low, high = document["ci95"]["balanced_accuracy"]
    assert low <= document["balanced_accuracy"] <= high
    assert document["abstained"] == sum(document["abstained_by"].values()) == 0


@pytest.mark.slow
def test_intervals_are_over_lesions(label_files, samples, tmp_path: Path) -> None:
    grouped = tmp_path / "grouped.csv"
    rows = [f"{sample.label},{sample.image_id},{sample.label}" for sample in samples]
    grouped.write_text("\n".join(["lesion_id,image_id,dx", *rows]) + "\n")
    spans = [
        json.loads(
            qana("evaluate", "--images", SAMPLES_FOLDER, "--labels", labels, "--json").stdout
        )["ci95"]
        for labels in (label_files["ham"], grouped)
    ]
    assert spans[0] != spans[1]


def test_evaluate_can_keep_to_the_test_lesions(label_files, samples, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(label_files["ham"].read_text())
    ran = qana(
        *(
            "evaluate",
            "--images",
            SAMPLES_FOLDER,
            "--labels",
            other,
            "--subset",
            "lesion-test",
            "--json",
        )
    )
    assert json.loads(ran.stdout)["n"] == 21
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    Image.open(samples[0].path).save(strangers / "mine.jpg")
    other.write_text("image_id,dx\nmine,nv\n")
    command = ("evaluate", "--images", strangers, "--labels", other)
    assert qana(*command).returncode == 0
    refused = qana(*command, "--subset", "lesion-test")
    assert refused.returncode == 2
    assert "held-out" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("evaluate", "--images", "nowhere", "--labels", "none.csv"), "nowhere"),
        (("predict", "--model", "other", "x.jpg"), "choose one of akida2"),
        (("train", "--data", "nowhere", "--recipe", "other"), "choose one of akida2"),
        (("convert", "--model", "other"), "choose one of akida2"),
        (("gate", "--data", "nowhere", "--model", "other"), "choose one of akida2"),
        (("gate", "--data", "nowhere"), "no folder nowhere"),
        (("gate", "--data", "nowhere", "--phone", "here"), "no photo in here"),
        (("dance",), "invalid choice"),
        ((), "required"),
    ],
)
def test_wrong_use_gets_one_line_and_exit_code_2(arguments, sentence: str) -> None:
    ran = qana(*arguments)
    assert ran.returncode == 2
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not ran.stdout


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    for command in (("models",), ("predict", next(SAMPLES_FOLDER.glob("*.jpg")))):
        ran = qana(*command, QANA_MODELS=str(tmp_path))
        assert ran.returncode == 2
        assert ran.stderr.count("\n") == 1
        assert "manifest.json" in ran.stderr
