"""The page Batch in a real browser: 200 photos by ZIP, stop, two visitors, and what is refused."""

import csv
import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qana.cli.main import main
from tests.doubles.real_browser import (
    CHROMIUM,
    FLAGS,
    LAPTOP,
    PATIENCE,
    PHONE,
    pytestmark,
    server,
)

__all__ = ["pytestmark", "server"]

ASSETS = Path(__file__).parents[2] / "assets"
TITLE = "Classify a batch"
MANY = 200
LONG = 120_000
"""Milliseconds that 200 photos may take on a busy machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 files in folders: photos, each with bytes of its own, and some that are none."""
    sources = [*sorted((ASSETS / "samples").glob("*.jpg"))[:20]]
    sources += sorted((ASSETS / "subset").glob("*.jpg"))[:40]
    path = tmp_path_factory.mktemp("batch") / "photos.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(MANY - 6):
            data = sources[number % len(sources)].read_bytes() + b"%d" % number
            file.writestr(f"{'ab'[number % 2]}/lesion {number:03}.jpg", data)
        file.writestr("broken.jpg", sources[0].read_bytes()[:500])
        file.writestr("notes.txt", "no photo")
        file.writestr("inner.zip", b"PK\x03\x04" + bytes(100))
        file.writestr("../up.jpg", sources[0].read_bytes())
        file.writestr("/root.jpg", sources[0].read_bytes())
        file.writestr("empty.jpg", b"")
        file.writestr("__MACOSX/._broken.jpg", b"hidden")
        file.writestr(".DS_Store", b"hidden")
    return path


def open_page(browser: Browser, server, size: dict[str, int] = LAPTOP) -> Page:
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{server.address}/batch")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible(timeout=PATIENCE)
    return page


@pytest.fixture
def page(browser: Browser, server) -> Iterator[Page]:
    page = open_page(browser, server)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert not faults
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.context.close()


def start(page: Page, photos: int, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files(files)
    words = "Classify 1 photo" if photos == 1 else f"Classify {photos} photos"
    page.get_by_role("button", name=words, exact=True).click(timeout=PATIENCE)


def wait_for_end(page: Page, photos: int) -> None:
    expect(page.get_by_text(re.compile(rf"^{photos} photos:"))).to_be_visible(timeout=LONG)
    # The button comes after the downloads, which a busy machine makes slowly.
    expect(page.get_by_role("button", name="Other photos")).to_be_visible(timeout=PATIENCE)


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as found:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(found.value.path()).read_bytes()


def read_column(page: Page, name: str) -> list[str]:
    return [text.strip() for text in page.locator(f"tbody .{name}").all_inner_texts()]


def test_200_photos_make_the_table_of_qana_screen(
    page: Page, archive: Path, tmp_path: Path, monkeypatch
) -> None:
    start(page, MANY, archive)
    expect(page.locator("tbody tr .badge").first).to_be_visible(timeout=PATIENCE)  # it fills
    assert page.locator("tbody tr").count() < MANY
    wait_for_end(page, MANY)
    expect(page.locator("tbody tr")).to_have_count(MANY)
    monkeypatch.chdir(archive.parent)
    for suffix in (".csv", ".parquet"):
        out = tmp_path / f"table{suffix}"
        assert main(["screen", archive.name, "--out", str(out), "--workers", "1"]) == 0
        assert (
            download(
                page, suffix.removeprefix(".").replace("csv", "CSV").replace("parquet", "Parquet")
            )
            == out.read_bytes()
        )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8"))))
    looks = [float(row["malignant_probability"] or -1) for row in rows]
    order = sorted(range(len(rows)), key=lambda place: -looks[place])
    shown = ["".join(text.split("\n")) for text in read_column(page, "file")]
    assert shown == [rows[place]["path"] for place in order]
    assert all(row["notice"] == "research and teaching only" for row in rows)
    for words in ("leads out of its archive", "a ZIP archive", "cannot be read"):
        expect(page.locator("tbody").get_by_text(words).first).to_be_attached()
    expect(page.get_by_text("Not a medical device").first).to_be_attached()


def test_rows_are_filtered_and_open_on_scan_and_explain(
    page: Page, sure_samples, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    files = [sample.path for sample in sure_samples[:3]]
    start(page, 4, *files, tmp_path / "broken.jpg")
    wait_for_end(page, 4)
    expect(page.locator("tbody tr")).to_have_count(4)
    status = page.get_by_role("radiogroup", name="Status")
    status.get_by_text("Rejected").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody").get_by_text("cannot be read")).to_be_visible()
    expect(page.locator("tbody button")).to_have_count(0)
    status.get_by_text("Classified").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    name = files[0].name
    page.get_by_role("button", name=f"Scan: open {name}").click()
    expect(page.get_by_role("button", name="Scan another")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Batch").click()
    wait_for_end(page, 4)
    page.get_by_role("button", name=f"Explain: open {name}").click()
    expect(page.get_by_text("The photo looks most like this")).to_be_visible(timeout=PATIENCE)
    page.reload()
    page.get_by_role("link", name="Batch").click()
    wait_for_end(page, 4)  # a reload keeps the batch, as it keeps the answer of Scan
    page.get_by_role("button", name="Other photos").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def test_stop_works_at_once_and_the_next_visitor_starts(
    page: Page, browser: Browser, server, archive: Path, sure_samples
) -> None:
    start(page, MANY, archive)
    expect(page.locator("tbody tr .badge").first).to_be_visible(timeout=PATIENCE)
    other = open_page(browser, server, PHONE)
    other.locator("input[type=file]").set_input_files(sure_samples[0].path)
    button = other.get_by_role("button", name="Classify 1 photo", exact=True)
    expect(button).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stop", exact=True).click()
    begin = time.monotonic()
    expect(page.get_by_text(re.compile(r"^Stopped after \d+ of 200 photos"))).to_be_visible()
    stopped = time.monotonic() - begin
    button.click()
    begin = time.monotonic()
    expect(other.locator("tbody tr .badge")).to_be_visible(timeout=PATIENCE)
    started = time.monotonic() - begin
    assert stopped < 0.5 and started < 2, (stopped, started)
    rows = page.locator("tbody tr").count()
    assert 0 < rows < MANY
    assert len(download(page, "CSV").splitlines()) == rows + 1
    other.context.close()


def test_a_visitor_who_leaves_makes_room(
    browser: Browser, server, archive: Path, sure_samples
) -> None:
    leaving, staying = open_page(browser, server), open_page(browser, server)
    start(leaving, MANY, archive)
    expect(leaving.locator("tbody tr .badge").first).to_be_visible(timeout=PATIENCE)
    staying.locator("input[type=file]").set_input_files(sure_samples[0].path)
    button = staying.get_by_role("button", name="Classify 1 photo", exact=True)
    expect(button).to_be_visible(timeout=PATIENCE)
    leaving.context.close()
    button.click()
    begin = time.monotonic()
    expect(staying.locator("tbody tr .badge")).to_be_visible(timeout=PATIENCE)
    assert time.monotonic() - begin < 2
    staying.context.close()


def test_labels_give_scores_and_a_threshold_that_moves(page: Page, samples, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    lines = [f"{sample.image_id},{sample.label}" for sample in samples]
    table.write_text("\n".join(["image_id,dx", *lines]), encoding="utf-8")
    start(page, len(samples), *(sample.path for sample in samples), table)
    wait_for_end(page, len(samples))
    expect(page.get_by_text("Balanced accuracy").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(f"{len(samples)} photos of {len(samples)} lesions")).to_be_visible()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(3)
    sentence = page.get_by_text(re.compile(r"^Of \d+ photos that are worth a look it calls"))
    before = sentence.inner_text()
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("Home")
    expect(sentence).not_to_have_text(before, timeout=PATIENCE)
    expect(sentence).to_contain_text("misses 0")


def test_labels_may_come_later(page: Page, samples, tmp_path: Path) -> None:
    start(page, 3, *(sample.path for sample in samples[:3]))
    wait_for_end(page, 3)
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    good.write_text(f"image,dx\n{samples[0].image_id},{samples[0].label}\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_text("bad.csv has no column of photo ids")).to_be_visible(timeout=PATIENCE)
    page.locator("input[type=file]").set_input_files(good)
    expect(page.get_by_text("1 photos of 1 lesions")).to_be_visible(timeout=PATIENCE)


def test_a_folder_keeps_its_paths(page: Page, samples, tmp_path: Path) -> None:
    folder = tmp_path / "my photos" / "inner"
    folder.mkdir(parents=True)
    for sample in samples[:2]:
        (folder / sample.path.name).write_bytes(sample.path.read_bytes())
    page.get_by_text("A folder", exact=True).click()
    chooser = page.locator("input[type=file][webkitdirectory]")
    expect(chooser).to_be_attached(timeout=PATIENCE)
    chooser.set_input_files(folder.parent)
    page.get_by_role("button", name="Classify 2 photos").click(timeout=PATIENCE)
    wait_for_end(page, 2)
    assert b'"my photos/inner/' in download(page, "CSV")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda file: [file.writestr(f"{n}", bytes(24 << 20)) for n in range(45)], "unpacks to"),
        (lambda file: [file.writestr(f"{n}.jpg", b"") for n in range(501)], "These are 501 files"),
        (lambda file: file.writestr("labels.csv", b""), "There is no photo"),
        (None, "is no ZIP archive that can be read"),
    ],
    ids=["bomb", "many", "none", "damaged"],
)
def test_an_archive_that_cannot_be_used_gets_one_sentence(
    page: Page, tmp_path: Path, make, sentence: str
) -> None:
    path = tmp_path / "bad.zip"
    if make is None:
        path.write_bytes(b"PK no archive")
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            make(file)
    page.locator("input[type=file]").set_input_files(path)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(sentence, timeout=PATIENCE)
    assert alert.inner_text().count(". ") == 0
    expect(page.get_by_role("button", name=re.compile("^Classify"))).to_have_count(0)


def test_a_phone_shows_cards_without_scrolling_sideways(
    browser: Browser, server, sure_samples
) -> None:
    page = open_page(browser, server, PHONE)
    start(page, 2, *(sample.path for sample in sure_samples[:2]))
    wait_for_end(page, 2)
    card = page.locator("tbody tr").first
    # Unlike `bounding_box`, this waits while the table is drawn anew.
    box = card.evaluate("row => row.getBoundingClientRect().toJSON()")
    assert box["width"] > 0 and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    for button in card.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.context.close()


def test_nothing_of_a_photo_is_on_the_disk(server) -> None:
    """Runs last: the tests above have uploaded hundreds of photos."""
    left = [path for path in server.temporary.rglob("*") if path.is_file()]
    assert not left
    assert "Traceback" not in server.log.read_text()
