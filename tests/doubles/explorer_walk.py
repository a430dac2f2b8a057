"""A walk through the explorer with a keyboard, in the app and in the exported lesson."""

import json
import re
from typing import Any

import akida
import numpy as np
from playwright.sync_api import Locator, Page, expect

from qana.inference.classifier import AkidaClassifier
from tests.doubles.akida_changes import change_akida
from tests.doubles.real_browser import PATIENCE

LONGEST_STEP = 100
"""Milliseconds that a step of the zoom may take."""


def find_frame(page: Page) -> Locator:
    return page.locator(".frame")


def wait_until_ready(page: Page) -> dict[str, str]:
    """What the explorer says of itself."""
    expect(page.locator('.frame[data-state="ready"]')).to_be_visible(timeout=PATIENCE)
    return read(page)


def read(page: Page) -> dict[str, str]:
    return dict(find_frame(page).evaluate("(frame) => ({ ...frame.dataset })"))


def read_logits(page: Page) -> np.ndarray:
    return np.array(read(page)["logits"].split(), np.float32)


def press(page: Page, key: str, level: int) -> float:
    """One step of the zoom: milliseconds from the key to the drawn view."""
    page.keyboard.press(key)
    expect(page.locator(f'.frame[data-level="{level}"]')).to_be_visible(timeout=PATIENCE)
    return float(read(page)["milliseconds"])


def walk_through_levels(page: Page, classifier: AkidaClassifier, photo: np.ndarray) -> None:
    """From the whole network to one product, to the input that it reads, and out again."""
    recorded = classifier.record_layers(photo)
    assert wait_until_ready(page)["equal"] == "true"
    np.testing.assert_array_equal(read_logits(page), classifier.logits(photo[None])[0])
    page.locator(".stage").focus()
    before, chosen = list(recorded)[1:3]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    for level in (1, 2, 3):
        press(page, "Enter", level)
    name, channel, place = read(page)["at"].split("/")
    row, column = map(int, place.split(","))
    assert name == chosen
    value = int(recorded[name][row, column, int(channel)])
    words = page.locator(".result").inner_text().replace("\u2212", "-").replace(",", "")
    assert f"An event: {value}" in words if value else "Silence: 0" in words
    expect(page.locator(".field")).to_be_visible()
    press(page, "Enter", 4)
    expect(page.locator(".crumbs")).to_contain_text("product")
    page.keyboard.press("Enter")  # to the input that the product reads
    expect(page.locator(".frame")).to_have_attribute("data-at", re.compile(before))
    page.keyboard.press("Backspace")
    expect(page.locator(".frame")).to_have_attribute("data-at", re.compile(name))
    for level in (3, 2, 1, 0):
        press(page, "Escape", level)


def time_steps(page: Page) -> None:
    """Each step three times, because another process may slow one of them down."""
    wait_until_ready(page)
    page.locator(".stage").focus()
    keys = [("Enter", level) for level in (1, 2, 3, 4)]
    keys += [("Escape", level) for level in (3, 2, 1, 0)]
    rounds = [[press(page, *key) for key in keys] for _ in range(3)]
    assert max(map(min, zip(*rounds, strict=True))) < LONGEST_STEP, rounds


def change_one_weight(page: Page, classifier: AkidaClassifier, photo: np.ndarray) -> None:
    """The integers that follow from a slider are those of the engine with the same weight."""
    page.locator(".stage").focus()
    for level in (1, 2, 3, 4):
        press(page, "Enter", level)
    before = read_logits(page)
    slider = page.get_by_role("slider", name="This weight")
    press_slider(page, slider, "Home")
    made: list[dict[str, Any]] = json.loads(read(page)["made"])
    assert [change["kind"] for change in made] == ["weight"]
    assert made[0]["value"] == -128
    np.testing.assert_array_equal(read_logits(page), compute_with(classifier, made, photo))
    assert (read_logits(page) != before).any()
    put_back(page)
    np.testing.assert_array_equal(read_logits(page), before)
    assert read(page)["equal"] == "true"


def press_slider(page: Page, slider: Locator, key: str) -> None:
    slider.focus()
    page.keyboard.press(key)
    expect(page.locator('.frame:not([data-changes="0"])')).to_be_visible(timeout=PATIENCE)
    wait_until_ready(page)


def put_back(page: Page) -> None:
    page.get_by_role("button", name="Put everything back").click()
    expect(page.locator('.frame[data-changes="0"]')).to_be_visible(timeout=PATIENCE)
    wait_until_ready(page)


def compute_with(
    classifier: AkidaClassifier, changes: list[dict[str, Any]], photo: np.ndarray
) -> np.ndarray:
    """The engine's logits with changes."""
    model = akida.Model(str(classifier.entry.path))
    change_akida(model, changes)
    return model.predict(photo[None]).reshape(-1)
