"""The page Scan in a real browser, with a fake camera that sees a known lesion."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qana.imaging import read_image
from qana.imaging.crop import CROP_SHARE, CropBox, crop_to_box, find_min_share
from qana.inference.diagnosis import diagnose
from qana.inference.prediction import Prediction
from qana.inference.probabilities import format_percent
from tests.doubles.real_browser import CHROMIUM, FLAGS, PATIENCE, PHONE, pytestmark, server
from tests.doubles.visitor import (
    VERDICT,
    choose,
    classify,
    page,
    read_verdict,
    until_gallery_is_there,
)

__all__ = ["page", "pytestmark", "server"]


@pytest.fixture(scope="module")
def seen(classifier, samples, tmp_path_factory) -> tuple[Path, Prediction]:
    """What the camera sees, the sample that the network is surest of, and the right verdict."""
    best: tuple[float, bytes, Prediction] | None = None
    for sample in samples:
        frame = io.BytesIO()
        Image.open(sample.path).resize((640, 480)).save(frame, "JPEG", quality=95)
        prediction = classifier.classify(read_image(frame.getvalue()))
        margin = prediction.top[0][1] - prediction.top[1][1]
        answered = not prediction.out_of_distribution and not prediction.unsure
        if answered and (best is None or margin > best[0]):
            best = (margin, frame.getvalue(), prediction)
    assert best is not None
    path = tmp_path_factory.mktemp("camera") / "lesion.mjpeg"
    path.write_bytes(best[1])
    return path, best[2]


@pytest.fixture(scope="module")
def browser(seen) -> Iterator[Browser]:
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={seen[0]}"]
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=flags)


def test_the_camera_sees_a_lesion_and_its_verdict_is_read(page: Page, seen) -> None:
    choose(page, "Camera")
    shutter = page.get_by_role("button", name="Take photo")
    expect(shutter).to_be_enabled(timeout=PATIENCE)
    assert shutter.bounding_box()["y"] + 40 < page.viewport_size["height"]  # without scrolling
    shutter.click()
    classify(page)
    read_verdict(page, seen[1])
    page.get_by_role("button", name="Scan another").click()
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_the_camera_says_when_it_is_dark(browser: Browser, server, tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), (30, 26, 24)).save(tmp_path / "dark.mjpeg", "JPEG")
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={tmp_path / 'dark.mjpeg'}"]
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    page = other.new_page(viewport=PHONE)
    page.goto(server.address)
    page.get_by_text("Camera", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("It is dark here: turn on a lamp")).to_be_visible(timeout=PATIENCE)
    other.close()


def test_an_upload_is_read(page: Page, sure_samples, classifier) -> None:
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(sure_samples[3].path)
    classify(page)
    read_verdict(page, classifier.classify(read_image(sure_samples[3].path)))


def test_a_photo_is_moved_turned_and_enlarged_and_so_classified(
    page: Page, samples, classifier
) -> None:
    """What is shown of it afterwards is what lay in the square, to a pixel of the screen."""
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(samples[2].path)
    square = page.get_by_role("group", name="The photo")
    expect(page.get_by_role("button", name="Classify", exact=True)).to_be_enabled(timeout=PATIENCE)
    box = square.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("button", name="Turn").click()
    page.get_by_role("slider", name="Size").fill("0.5")
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - box["width"] / 5, middle[1], steps=4)
    page.mouse.up()
    square.press("ArrowUp")  # the photo moves up, so the square reads what is below
    photo = read_image(samples[2].path)
    share = find_min_share(photo) ** 0.5
    height, width = photo.shape[1::-1]  # turned
    side = share * min(height, width) * CROP_SHARE
    frame = CropBox(1, 0.5 + side / 5 / width, 0.5 + 0.04 * side / height, share)
    prediction = diagnose(crop_to_box(photo, frame), classifier, force=True).prediction
    classify(page)
    if page.get_by_role("button", name="Classify anyway").is_visible():
        page.get_by_role("button", name="Classify anyway").click()
    expect(page.get_by_text(f"{format_percent(prediction.top[0][1])}").first).to_be_visible()
    events = page.get_by_text(f"{prediction.events:,} events")
    expect(events.locator("visible=true").first).to_be_visible(timeout=PATIENCE)


def test_a_photo_is_read_although_the_name_of_the_tab_arrives_meanwhile(
    browser: Browser, server, samples, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    Image.open(samples[2].path).resize((6000, 4500)).save(large, compress_level=1)
    page = browser.new_context(viewport=PHONE).new_page()
    page.add_init_script("window.qanaChoice = { page: '/another', at: performance.now() }")
    page.goto(server.address)
    until_gallery_is_there(page)
    choose(page, "Upload")
    with page.expect_response("**/upload_file/**"):
        page.locator("input[type=file]").set_input_files(large)
    page.evaluate("""() => {
      document.querySelector("[data-testid=stApp]").getAttribute = () => "notRunning"
      window.qanaChoice = null
    }""")
    page.wait_for_function("window.qanaNamed", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Classify", exact=True)).to_be_enabled()
    page.context.close()


def test_an_answer_needs_no_scrolling(page: Page, sure_samples, samples) -> None:
    number = samples.index(sure_samples[0]) + 1
    page.get_by_role("button", name=f"Photo {number}", exact=True).click()
    expect(page.get_by_text(VERDICT, exact=True)).to_be_visible(timeout=PATIENCE)
    for words in ("Looks most like", "Needs a professional look", "events", "Not a medical device"):
        said = page.get_by_text(words).locator("visible=true")
        expect(said.first).to_be_in_viewport(ratio=1)
    photo = page.get_by_alt_text("The photo, cut to its centre square").locator("visible=true")
    expect(photo.first).to_be_in_viewport(ratio=1)
    for name in ("Scan another", "Explain this", "Keep a report"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Show what supports it")).to_be_in_viewport(ratio=1)


def test_a_page_prints_from_its_top_to_its_end_without_buttons(page: Page, sure_samples) -> None:
    page.goto(f"{page.url}?sample={sure_samples[0].image_id}")
    expect(page.get_by_text(VERDICT, exact=True)).to_be_visible(timeout=PATIENCE)
    page.emulate_media(media="print")
    for name in ("Scan another", "Explain this", "Keep a report"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    main = "document.querySelector('[data-testid=stMain]')"
    # Nothing is cut off, once what comes late, such as similar cases, is there.
    page.wait_for_function(f"{main}.scrollHeight <= {main}.clientHeight + 1", timeout=PATIENCE)
    expect(page.get_by_text("Not a medical device").first).to_be_visible()
    page.emulate_media(media="screen")


def test_a_renamed_text_gets_a_sentence(page: Page, tmp_path: Path) -> None:
    words = tmp_path / "words.jpg"
    words.write_text("only words")
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(words)
    expect(page.get_by_text("cannot be read as a photo")).to_be_visible(timeout=PATIENCE)


def test_the_keyboard_alone_is_enough(page: Page, samples, sure_samples, classifier) -> None:
    number = samples.index(sure_samples[0]) + 1
    # Twice as often as it takes: a page that still draws itself may begin again at the top.
    for _ in range(2 * (12 + number)):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText")
        if focused.strip() == f"Photo {number}":
            break
    else:
        pytest.fail(f"The focus never came to photo {number}.")
    page.keyboard.press("Enter")
    read_verdict(page, classifier.classify(read_image(sure_samples[0].path)))


def test_the_map_is_one_tap_away(page: Page, sure_samples, samples, classifier) -> None:
    number = samples.index(sure_samples[0]) + 1
    page.get_by_role("button", name=f"Photo {number}", exact=True).click()
    read_verdict(page, classifier.classify(read_image(sure_samples[0].path)))
    page.get_by_text("Show what supports it").click()
    expect(page.get_by_text("computed from the integers of this answer")).to_be_visible()
    expect(page.get_by_alt_text("under a map of what supports")).to_be_visible()


def test_a_report_can_be_kept_and_read_without_the_app(
    page: Page, browser: Browser, sure_samples, samples, classifier, tmp_path: Path
) -> None:
    number = samples.index(sure_samples[0]) + 1
    page.get_by_role("button", name=f"Photo {number}", exact=True).click()
    prediction = classifier.classify(read_image(sure_samples[0].path))
    read_verdict(page, prediction)
    with page.expect_download() as download:
        page.get_by_role("button", name="Keep a report").click()
    download.value.save_as(tmp_path / "report.html")
    alone = browser.new_context(offline=True).new_page()
    alone.goto((tmp_path / "report.html").as_uri())
    expect(alone.get_by_text(f"This photo cost {prediction.events:,} events")).to_be_visible()
    pictures = "[...document.images].map(one => one.naturalWidth)"
    photo, lesion_map, *cases = alone.evaluate(pictures)
    assert (photo, lesion_map) == (512, 512)
    assert cases == [112] * 5, "the similar cases"
    alone.context.close()


def test_a_reload_brings_the_verdict_of_an_own_photo_back_and_another_tab_has_nothing(
    page: Page, browser: Browser, server, sure_samples, classifier
) -> None:
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(sure_samples[0].path)
    classify(page)
    prediction = classifier.classify(read_image(sure_samples[0].path))
    read_verdict(page, prediction)
    assert "sample" not in page.url
    # A visitor does not reload before the tab has told its name.
    page.wait_for_function("performance.now() - window.qanaNamed > 500", timeout=PATIENCE)
    page.reload()
    read_verdict(page, prediction)
    other = browser.new_context(viewport=PHONE).new_page()
    other.goto(server.address)
    expect(other.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    other.context.close()
