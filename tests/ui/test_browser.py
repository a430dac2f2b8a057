"""A real browser, a real server, a fake camera that sees a known lesion."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from qana.bench.available_runtimes import list_available_runtimes
from qana.bench.command import RUNTIME_NAMES
from qana.classes import BY_CODE
from qana.imaging import read_image
from qana.imaging.crop import CROP_SHARE, CropBox, crop_to_box, find_min_share
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import diagnose
from qana.inference.probabilities import format_percent
from tests.doubles.real_browser import (
    BOOTH,
    CHROMIUM,
    FLAGS,
    HARMLESS,
    LAPTOP,
    PATIENCE,
    PHONE,
    pytestmark,
    server,
)
from tools.server import Server
from ui.booth.mode import RELOAD_SECONDS
from ui.booth.show import VERDICT_SECONDS
from ui.compare.controls import MACHINE

__all__ = ["pytestmark", "server"]

VERDICT = "Looks most like"
LIGHT_CHAPTERS = ("network", "spikes", "chip")
"""Of Convert, those that wait for nothing."""


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


@pytest.fixture(
    params=[PHONE, pytest.param(LAPTOP, marks=pytest.mark.slow)], ids=["phone", "laptop"]
)
def page(request, browser: Browser, server) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, permissions=["camera"])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda line: _is_fault(line) and faults.append(line.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(server.address)
    expect(opened.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    until_gallery_is_there(opened)
    yield opened
    assert not faults
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not opened.evaluate(wider)
    context.close()


def _is_fault(line: ConsoleMessage) -> bool:
    # The app's own line about a picture names its address in the text.
    about = f"{line.location['url']} {line.text}"
    return line.type == "error" and not any(part in about for part in HARMLESS)


def until_gallery_is_there(page: Page) -> None:
    """A gallery left before its pictures have come makes the browser report them as missing."""
    page.wait_for_function(
        "[...document.images].filter((i) => i.alt.startsWith('Dermato') && i.complete).length == 21"
    )


def choose(page: Page, way: str) -> None:
    page.get_by_text(way, exact=True).click()


def go_to(page: Page, name: str, title: str) -> None:
    """Another page, by the navigation."""
    if page.viewport_size == PHONE:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_title(f"{name}, QANA")
    if page.viewport_size == PHONE:  # the drawer has closed by itself
        expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
        expect(page.get_by_test_id("stSidebarCollapseButton")).to_have_count(0)


def classify(page: Page) -> None:
    """The photo as it lies in the frame."""
    page.get_by_role("button", name="Classify", exact=True).click(timeout=PATIENCE)


def read_verdict(page: Page, prediction: Prediction) -> None:
    expect(page.get_by_text(VERDICT, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", level=2)).to_contain_text(BY_CODE[prediction.top[0][0]].name)
    expect(page.get_by_text("Not a medical device").first).to_be_visible()


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
    assert page.evaluate(f"{main}.scrollHeight <= {main}.clientHeight + 1")  # nothing is cut off
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


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, marks=pytest.mark.slow), BOOTH], ids=["phone", "booth"]
)
def test_the_booth_hands_over_and_takes_back_and_nothing_of_the_visitor_is_left(
    browser: Browser, server, size
) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{server.address}/?booth=1&idle=6")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Mole").click()
    expect(page.get_by_text("Your guess: Mole. The doctors recorded")).to_be_visible(
        timeout=PATIENCE
    )
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible()
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    until_gallery_is_there(page)
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("The data set records")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Starting over in a moment")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    context.close()


def until_question(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)


def test_a_touch_anywhere_and_the_keyboard_start_the_app(browser: Browser, server) -> None:
    page = browser.new_context(viewport=BOOTH).new_page()
    until_question(page, f"{server.address}/?booth=1")
    expect(page.get_by_text("next", exact=True)).to_be_hidden()  # the keys are for the lecturer
    page.mouse.click(500, 500)  # the picture
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    until_question(page, f"{server.address}/?booth=1&keys=1")
    expect(page.get_by_text("Enter", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    until_question(page, f"{server.address}/?booth=1")
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible(timeout=PATIENCE)
    page.context.close()


def test_a_held_scene_says_so_and_stays(browser: Browser, server) -> None:
    page = browser.new_context(viewport=BOOTH).new_page()
    until_question(page, f"{server.address}/?booth=1")
    page.get_by_role("button", name="Melanoma").click()
    expect(page.get_by_text("Your guess: Melanoma.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Held", exact=True)).to_be_hidden()
    page.keyboard.press("h")
    expect(page.get_by_text("Held", exact=True)).to_be_visible()
    page.wait_for_timeout(1000 * VERDICT_SECONDS + 1500)
    expect(page.get_by_text("Your guess: Melanoma.")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.context.close()


def test_nothing_moves_while_the_scenes_change(browser: Browser, server) -> None:
    """The layout shift of the web's vitals, without what Streamlit moves before the first scene."""
    page = browser.new_context(viewport=BOOTH).new_page()
    page.add_init_script("""
        window.shift = 0
        window.addEventListener("qana-scene", () => setTimeout(() => {
          if (window.watched) return
          window.watched = true
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value
          }).observe({ type: "layout-shift" })
        }, 500))
    """)
    until_question(page, f"{server.address}/?booth=1")
    page.wait_for_function("window.watched", timeout=PATIENCE)
    page.get_by_role("button", name="Mole").click()
    expect(page.get_by_text("Your guess: Mole.")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="What would you say?")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.02
    page.context.close()


def test_the_show_loads_itself_anew_and_never_under_a_visitor(browser: Browser, server) -> None:
    context = browser.new_context(viewport=BOOTH)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{server.address}/?booth=1&idle=3600")
    question = page.get_by_role("heading", name="What would you say?")
    expect(question).to_be_visible(timeout=PATIENCE)
    page.evaluate("window.old = true")
    page.clock.fast_forward(1000 * RELOAD_SECONDS)
    page.wait_for_function("!window.old", timeout=PATIENCE)
    expect(question).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch anywhere to try it yourself").click()
    until_gallery_is_there(page)
    page.evaluate("window.old = true")
    page.clock.fast_forward(1000 * RELOAD_SECONDS)
    page.wait_for_timeout(1000)
    assert page.evaluate("window.old")
    context.close()


def test_a_reload_brings_the_verdict_of_an_own_photo_back_and_another_tab_has_nothing(
    page: Page, browser: Browser, server, sure_samples, classifier
) -> None:
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(sure_samples[0].path)
    classify(page)
    prediction = classifier.classify(read_image(sure_samples[0].path))
    read_verdict(page, prediction)
    assert "sample" not in page.url
    page.reload()
    read_verdict(page, prediction)
    other = browser.new_context(viewport=PHONE).new_page()
    other.goto(server.address)
    expect(other.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    other.context.close()


def test_explain_loads_in_the_background_while_others_are_served(
    page: Page, browser: Browser, server, sure_samples, classifier
) -> None:
    go_to(page, "Explain", "Explain an answer")
    until_gallery_is_there(page)
    page.get_by_role("button", name="Photo 13", exact=True).click()
    expect(page.get_by_text("of this map lies on the lesion")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("LayerCAM", exact=True).click()
    expect(page.get_by_text("LayerCAM, quantized network:")).to_be_visible(timeout=PATIENCE)
    context = browser.new_context(viewport=LAPTOP)
    other = context.new_page()
    other.goto(server.address)
    choose(other, "Upload")
    other.locator("input[type=file]").set_input_files(sure_samples[0].path)
    classify(other)
    read_verdict(other, classifier.classify(read_image(sure_samples[0].path)))
    context.close()
    page.get_by_text("Akida map", exact=True).click()
    expect(page.get_by_text("no second network")).to_be_visible(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")


@pytest.mark.slow
def test_a_comparison_runs_on_while_its_visitor_looks_elsewhere(page: Page) -> None:
    if page.viewport_size == PHONE:
        pytest.skip("once is enough: it measures four runtimes")
    go_to(page, "Compare", "Compare")
    page.get_by_role("button", name="Settings").click()
    for key in list_available_runtimes():
        if key != "akida":
            name = RUNTIME_NAMES[key]
            page.get_by_role("button", name=name, exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=MACHINE).click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Akida: running")).to_be_visible(timeout=PATIENCE)
    go_to(page, "Facts", "Facts")
    go_to(page, "Compare", "Compare")
    expect(page.get_by_text("On this machine", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="measured").first.click()
    expect(page.get_by_text("after a rest and a warm-up")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="JSON")).to_be_visible(timeout=PATIENCE)


def test_a_chapter_opens_by_its_address_and_the_photo_travels(page: Page, server) -> None:
    page.goto(f"{server.address}/convert?chapter=spikes")
    expect(page.get_by_role("heading", name="7. Spikes")).to_be_visible(timeout=PATIENCE)
    play = page.get_by_role("button", name="Play")
    expect(play).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Layer 1 of")).to_be_visible(timeout=PATIENCE)
    play.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Layer 1 of")).to_be_hidden(timeout=PATIENCE)
    page.get_by_role("button", name="Pause").press("Space")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("Layer 1 of")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Layer 2 of")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Next: On the chip").press("Enter")
    expect(page.get_by_role("heading", name="8. On the chip")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(f"{server.address}/convert?chapter=chip")
    page.wait_for_load_state("networkidle")


def test_a_class_is_taught_and_recognized_and_after_a_reset_it_is_gone(
    page: Page, server, samples
) -> None:
    page.goto(f"{server.address}/learn")
    expect(page.get_by_role("heading", name="Teach the chip")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("New class...").click()
    page.get_by_label("Name of the new class").fill("tattoo")
    page.keyboard.press("Enter")
    # With its name the class has another row of photos: what is clicked before it is there is lost.
    expect(page.get_by_text("Press Enter to apply")).to_be_hidden(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    page.get_by_test_id("stMain").get_by_role("radio", name="Upload").first.click()
    expect(page.get_by_text("One lesion each")).to_be_visible(timeout=PATIENCE)
    page.locator("input[type=file]").first.set_input_files(samples[4].path)
    page.get_by_role("button", name="Learn 1 photo").click(timeout=PATIENCE)
    expect(page.get_by_text("tattoo learned one photo.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Photo 5", exact=True).click()
    expect(page.get_by_role("heading", name="tattoo")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("heading", name="tattoo")).to_be_hidden(timeout=PATIENCE)
    expect(page.get_by_text("seven classes").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("tattoo")).to_have_count(0)
    page.wait_for_load_state("networkidle")


@pytest.mark.slow
def test_keras_runs_on_an_own_photo_behind_a_progress_display(page: Page, server, samples) -> None:
    if page.viewport_size == PHONE:
        pytest.skip("once is enough: it loads TensorFlow")
    page.goto(f"{server.address}/convert?chapter=conversion")
    expect(page.get_by_text("computed on this photo by Keras and by Akida")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Another photo").click()
    picture = Image.open(samples[1].path).rotate(90)
    data = io.BytesIO()
    picture.save(data, "PNG")
    mine = {"name": "mine.png", "mimeType": "image/png", "buffer": data.getvalue()}
    page.locator("input[type=file]").first.set_input_files(mine)
    expect(page.get_by_text("over all samples").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Compare them on this photo, too").click()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("computed on this photo by Keras and by Akida")).to_be_visible(
        timeout=4 * PATIENCE
    )
    page.wait_for_load_state("networkidle")


@pytest.mark.slow
@pytest.mark.parametrize("address", ["", *(f"convert?chapter={name}" for name in LIGHT_CHAPTERS)])
def test_every_picture_and_control_has_a_name(page: Page, server, address: str) -> None:
    if address:
        page.goto(f"{server.address}/{address}")
        expect(page.get_by_role("heading", level=2)).to_be_visible(timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("img, button, input")]
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.alt || e.innerText || e.ariaLabel || e.title || e.labels?.length
                || e.getAttribute("aria-labelledby")))
            .map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert not unnamed


def test_the_server_stays_light(server, page: Page) -> None:
    """Runs last: the pages above have been served by then."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "libtorch" not in maps
    assert "tensorflow" not in maps
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 400 * 1024


def test_a_phone_can_put_the_app_on_its_home_screen(page: Page, server) -> None:
    link = page.locator("link[rel=manifest]")
    expect(link).to_have_count(1, timeout=PATIENCE)
    address = link.get_attribute("href")
    manifest = page.request.get(address).json()
    assert urljoin(address, manifest["start_url"]) == f"{server.address}/"
    for icon in manifest["icons"]:
        data = page.request.get(urljoin(address, icon["src"])).body()
        assert Image.open(io.BytesIO(data)).size == tuple(map(int, icon["sizes"].split("x")))


def test_a_fresh_server_shows_a_page_by_its_own_address(browser: Browser, tmp_path: Path) -> None:
    with Server(tmp_path) as fresh:
        page = browser.new_page(viewport=LAPTOP)
        page.goto(f"{fresh.address}/facts")
        title = page.get_by_role("heading", name="Facts", exact=True)
        expect(title).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_test_id("stTopNavLink").filter(has_text="Scan")).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        page.close()
