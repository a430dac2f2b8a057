"""An archive of 200 photos on the page Batch: classified, stopped, left behind, or refused."""

import csv
import io
import re
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qana.cli.main import main
from tests.doubles.batch_page import download, open_page, page, start, wait_for_end
from tests.doubles.real_browser import PATIENCE, PHONE, browser, pytestmark, server

__all__ = ["browser", "page", "pytestmark", "server"]

ASSETS = Path(__file__).parents[2] / "assets"
MANY = 200


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


@pytest.mark.alone
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


@pytest.mark.alone
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


def test_nothing_of_a_photo_is_on_the_disk(server) -> None:
    """Runs last: the tests above have uploaded hundreds of photos."""
    left = [path for path in server.temporary.rglob("*") if path.is_file()]
    assert not left
    assert "Traceback" not in server.log.read_text()
