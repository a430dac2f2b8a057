"""The handout: one page with the numbers of the model and the events of the photo."""

import errno
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from qana.cli.main import main
from qana.data.samples import ATTRIBUTION, Sample
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.protocols.protocol_reports import read_sources_report
from qana.reports.handout.content import gather_content
from qana.reports.handout.page import HandoutError, draw_handout, save_handout
from qana.reports.source_facts import describe_dark_skin
from qana.walkthrough.block_graph import compute_shares

A4 = (595.28, 841.89)
SMALLEST, EDGE = 8, 14 * 72 / 25.4
"""Smallest font size, points."""


def qana(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command in an empty folder."""
    root = str(Path(__file__).parents[2])
    code = (
        f"import sys; sys.path.insert(0, {root!r}); from qana.cli.main import main; "
        "done = main(sys.argv[1:]); heavy = {'tensorflow', 'torch', 'tf_keras'} & {*sys.modules}; "
        "sys.exit(done if not heavy else f'imported {heavy}')"
    )
    command = [sys.executable, "-c", code, *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def words(page: bytes) -> str:
    """Extracts the text, with single spaces."""
    text = " ".join(found.extract_text() for found in PdfReader(io.BytesIO(page)).pages)
    return " ".join(text.split())


@pytest.fixture(scope="module")
def melanoma(samples: tuple[Sample, ...]) -> np.ndarray:
    return read_image(next(sample.path for sample in samples if sample.label == "mel"))


@pytest.fixture(scope="module")
def page(classifier: AkidaClassifier, melanoma: np.ndarray) -> bytes:
    return draw_handout(gather_content(classifier, melanoma, "A photo"))


def test_the_command_writes_one_portrait_page_without_tensorflow(tmp_path: Path) -> None:
    ran = qana("handout", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["qana-handout.pdf"]
    (page,) = PdfReader(tmp_path / "qana-handout.pdf").pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
    assert "Melanoma, HAM10000" in page.extract_text()


def test_the_page_has_the_numbers_of_the_model(page: bytes, classifier: AkidaClassifier) -> None:
    entry, text = classifier.entry, words(page)
    test, conversion = entry.metrics["lesion-test"], entry.record["conversion"]
    assert f"Parameters {entry.parameters:,}" in text
    assert f"MACs of one photo {entry.macs / 1e6:.1f} million" in text
    assert f"Weights {entry.weight_bits} bits, {2**entry.weight_bits - 1} levels" in text
    for score, name in (("accuracy", "Accuracy"), ("balanced_accuracy", "Balanced accuracy")):
        low, high = test["ci95"][score]
        assert f"{name} {test[score]:.3f} ({low:.3f} to {high:.3f})" in text
    for stage in ("float", "ptq", "tuned"):
        assert f"{entry.metrics['stages'][stage]['accuracy']:.1%} right, test set" in text
    assert f"Passes, 12 nodes, 48 NPs {conversion['passes']['TwelveNodesIPv2']}" in text
    assert f"Passes, 6 nodes, 24 NPs {conversion['passes']['SixNodesIPv2']}" in text
    assert entry.record["command"] in text
    assert f"{test['n']:,} test photos" in text


def test_the_page_draws_every_block_with_its_share(
    page: bytes, classifier: AkidaClassifier, melanoma: np.ndarray
) -> None:
    graph, text = gather_content(classifier, melanoma, "A photo").graph, words(page)
    share = compute_shares(graph, "macs")
    assert max(share.values()) > 0.1
    for block in graph:
        if block.macs:
            shape = " x ".join(str(length) for length in block.shape)
            written = f"{share[block.name]:.1%}" if share[block.name] >= 0.0005 else "< 0.1%"
            assert f"{block.title} {shape} {written}" in text


def test_another_photo_gives_other_events_and_maps(
    page: bytes, classifier: AkidaClassifier, melanoma: np.ndarray, samples: tuple[Sample, ...]
) -> None:
    other = read_image(next(sample.path for sample in samples if sample.label == "nv"))
    pictures = []
    for image, made in (
        (melanoma, page),
        (other, draw_handout(gather_content(classifier, other, "A photo"))),
    ):
        prediction, text = classifier.classify(image), words(made)
        assert f"{prediction.events:,} events of" in text
        assert f"{prediction.sparsity:.1%} are silent" in text
        drawn = re.findall(r"(\w+) \d+ x \d+, \d+ channels ([\d,]+) events, (\d+%) silent", text)
        counted = {layer.name: layer for layer in prediction.layers}
        assert len(drawn) == 3
        for name, events, silent in drawn:
            assert events == f"{counted[name].events:,}"
            assert silent == f"{counted[name].sparsity:.0%}"
        (found,) = PdfReader(io.BytesIO(made)).pages
        pictures.append([picture.data for picture in found.images])
    assert len(pictures[0]) == 4
    assert all(ours != theirs for ours, theirs in zip(*pictures, strict=True))


def test_the_five_questions_have_their_options_and_no_answers(
    page: bytes, classifier: AkidaClassifier, melanoma: np.ndarray
) -> None:
    questions, text = gather_content(classifier, melanoma, "A photo").questions, words(page)
    assert len(questions) == 5
    for question in questions:
        assert question.text in text
        assert all(option in text for option in question.options)
        assert question.why.split(";")[0] not in text


def test_the_page_has_sources_and_warning(page: bytes, classifier: AkidaClassifier) -> None:
    text = words(page)
    assert ATTRIBUTION in text
    assert describe_dark_skin(read_sources_report(classifier.entry)) in text
    for said in ("Not a medical device", "arXiv 2507.15958", "proprietary software of BrainChip"):
        assert said in text


def test_all_text_is_inside_the_page_and_large_enough(page: bytes) -> None:
    placed: list[tuple[float, float, float]] = []

    def visit(text: str, _user: object, matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            placed.append((matrix[4], matrix[5], size))

    (found,) = PdfReader(io.BytesIO(page)).pages
    found.extract_text(visitor_text=visit)
    assert len(placed) > 100
    assert min(size for _x, _y, size in placed) >= SMALLEST
    assert min(x for x, _y, _size in placed) >= EDGE - 0.1
    # The lowest line of the sources keeps clear of what a printer cannot reach.
    assert min(y for _x, y, _size in placed) >= EDGE / 2


def test_the_file_does_not_contain_the_photos_name_or_folder(
    tmp_path: Path, samples: tuple[Sample, ...]
) -> None:
    folder = tmp_path / "ward-nine"
    folder.mkdir()
    photo = folder / "jane-doe.jpg"
    photo.write_bytes(samples[0].path.read_bytes())
    out = tmp_path / "page.pdf"
    assert qana("handout", "--image", photo, "--out", out, folder=tmp_path).returncode == 0
    reader = PdfReader(out)
    objects = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    streams = [found.get_data() for found in objects if hasattr(found, "get_data")]
    everything = b"".join([out.read_bytes(), repr(reader.metadata).encode(), *streams])
    everything += words(out.read_bytes()).encode()  # the fonts number their letters in an own way
    assert b"Your photo" in everything  # what is looked for would be found
    for name in (b"jane", b"ward", samples[0].image_id.encode()):
        assert name not in everything


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "missing/page.pdf"], "create it or give another place"),
        (["--out", "."], "give the name of a file"),
        (["--image", "text.jpg"], "cannot be read as a photo"),
        (["--model", "nobody"], "choose one of akida2"),
    ],
)
def test_invalid_arguments_print_one_sentence(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "text.jpg").write_text("not a picture")
    ran = qana("handout", *arguments, folder=tmp_path)
    assert ran.returncode == 2
    assert len(ran.stderr.splitlines()) == 1
    assert said in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["text.jpg"]


def test_a_full_disk_is_named_and_the_older_file_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "page.pdf"
    out.write_text("before")

    def fail(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(HandoutError, match="because the disk is full: make room"):
        save_handout(b"after", out)
    assert [path.name for path in tmp_path.iterdir()] == ["page.pdf"]
    assert out.read_text() == "before"


def test_the_photo_is_not_replaced(tmp_path: Path, samples, capsys) -> None:
    photo = tmp_path / "lesion.jpg"
    photo.write_bytes(samples[0].path.read_bytes())
    assert main(["handout", "--image", str(photo), "--out", str(photo)]) == 2
    assert "is the file to read: give another file" in capsys.readouterr().err
    assert photo.read_bytes() == samples[0].path.read_bytes()


def test_a_failed_write_keeps_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "page.pdf"
    out.write_text("before")

    def fail(_self: Path, _target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(HandoutError, match="cannot be written"):
        save_handout(b"after", out)
    assert [path.name for path in tmp_path.iterdir()] == ["page.pdf"]
    assert out.read_text() == "before"
