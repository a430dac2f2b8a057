"""The other pages in a real browser, and the server after it has served them."""

import io
from pathlib import Path
from urllib.parse import urljoin

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from qana.bench.available_runtimes import list_available_runtimes
from qana.bench.command import RUNTIME_NAMES
from qana.imaging import read_image
from tests.doubles.real_browser import LAPTOP, PATIENCE, PHONE, browser, pytestmark, server
from tests.doubles.visitor import (
    choose,
    classify,
    page,
    read_verdict,
    teach_own_class,
    until_gallery_is_there,
)
from tools.server import Server
from ui.compare.controls import MACHINE

__all__ = ["browser", "page", "pytestmark", "server"]
LIGHT_CHAPTERS = ("network", "spikes", "chip")
"""Of Convert, those that wait for nothing."""


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


def test_a_page_stays_where_it_is_while_an_exercise_is_done(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/convert?chapter=exercises")
    button = page.get_by_role("button", name="Convert and map")
    expect(button).to_be_visible(timeout=PATIENCE)
    button.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    place = "document.querySelector('[data-testid=stMain]').scrollTop"
    page.evaluate(f"{place} += 200")
    before = page.evaluate(place)
    for words in ("1 try", "2 tries"):
        button.click()
        expect(page.get_by_text("Refused").or_(page.get_by_text(words)).first).to_be_visible()
        page.wait_for_timeout(500)
        assert page.evaluate(place) >= before - 1
    page.get_by_role("button", name="Next: ").or_(
        page.get_by_role("button", name="Back")
    ).first.click()
    page.wait_for_function(f"{place} === 0", timeout=PATIENCE)


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
    expect(page.get_by_text("On this machine", exact=True)).to_be_visible(timeout=4 * PATIENCE)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden(timeout=4 * PATIENCE)
    page.wait_for_load_state("networkidle")
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
    teach_own_class(page, server.address, samples[4].path)
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
        timeout=8 * PATIENCE
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
