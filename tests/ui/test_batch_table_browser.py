"""The table of the page Batch: filtered, scored by labels, and on a phone."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.doubles.batch_page import TITLE, download, open_page, page, start, wait_for_end
from tests.doubles.real_browser import PATIENCE, PHONE, browser, pytestmark, server

__all__ = ["browser", "page", "pytestmark", "server"]


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


def test_a_phone_shows_cards_without_scrolling_sideways(
    browser: Browser, server, sure_samples
) -> None:
    page = open_page(browser, server, PHONE)
    start(page, 2, *(sample.path for sample in sure_samples[:2]))
    wait_for_end(page, 2)
    card = page.locator("tbody tr").first
    for _ in range(20):  # a row has no size when the table is drawn anew just then
        box = card.evaluate("row => row.getBoundingClientRect().toJSON()")
        if box["width"]:
            break
        page.wait_for_timeout(250)
    assert box["width"] > 0 and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    for button in card.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.context.close()
