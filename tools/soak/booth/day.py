"""Runs the show and visits in a real browser and measures delays and memory."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import (
    Browser,
    CDPSession,
    ConsoleMessage,
    Error,
    Page,
    ViewportSize,
    expect,
)

from tools.server import Server
from tools.soak.memory import measure_growth
from ui.booth.show import GUESS_SECONDS, QUESTION, SPIKES_SECONDS, VERDICT_SECONDS

SCENE_SECONDS = GUESS_SECONDS + SPIKES_SECONDS + VERDICT_SECONDS
MEASUREMENTS = 24
"""Number of measurements of memory after the warm-up."""
WARM_UP = 1 / 4
"""Share of the scenes before the first measurement, as in `tools.soak.memory`."""
TIMEOUT = 60_000
"""Time in which the page must change, milliseconds."""
VIEWPORT: ViewportSize = {"width": 1920, "height": 1080}
RELOAD_TRIES = 10
"""Tries, one a second, to evaluate a script while the window reloads."""
MEDIA = "/media/"
RECORDED = "The doctors recorded"
TOUCH_BUTTON = "Touch anywhere to try it yourself"
COUNT_SCRIPT = """
  window.addEventListener("qana-scene", () => {
    const now = Date.now(), booth = JSON.parse(sessionStorage.booth || '{"scenes": 0}')
    if (booth.last) booth.longest = Math.max(booth.longest || 0, now - booth.last)
    booth.last = now
    booth.scenes += 1
    sessionStorage.booth = JSON.stringify(booth)
  })
  const loads = Number(sessionStorage.loads || 0)
  sessionStorage.loads = loads + 1
"""
"""Counts the scenes and the loads of the window, and measures the longest scene, milliseconds."""
READ_SCRIPT = """({
  scenes: 0, last: Date.now(), ...JSON.parse(sessionStorage.booth || "{}"),
  loads: Number(sessionStorage.loads)
})"""
"""Reads the counts of `COUNT_SCRIPT`."""


def run_day(server: Server, browser: Browser, scenes: int, faster: float) -> dict[str, Any]:
    """Runs the show without visitors.

    Args:
        server: a running server with a faster clock.
        browser: Chromium of Playwright.
        scenes: number of scenes.
        faster: speed of the clock.

    Returns:
        Scenes, loads of the window, the longest delay in seconds, messages of the console, pictures
        that the page replaced before the browser fetched them, requests to other servers, and
        memory at even intervals, as the report stores them.
    """
    context = browser.new_context(viewport=VIEWPORT)
    context.add_init_script(COUNT_SCRIPT)
    page = context.new_page()
    messages: list[str] = []
    other_servers: set[str] = set()

    def add_error(message: ConsoleMessage) -> None:
        if message.type == "error":
            messages.append(f"{message.text} {message.location['url']}")

    page.on("console", add_error)
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: _add_other_server(request.url, server, other_servers))
    page.goto(f"{server.address}/?booth=1")
    expect(page.get_by_text(RECORDED).first).to_be_visible(timeout=TIMEOUT)
    devtools = context.new_cdp_session(page)
    server_megabytes: list[float] = []
    metrics: list[dict[str, float]] = []
    renderer_megabytes: list[int] = []
    warm_up = int(WARM_UP * scenes)
    for index in range(MEASUREMENTS + 1):
        _wait_for_scenes(page, warm_up + (scenes - warm_up) * index // MEASUREMENTS, faster)
        server_megabytes.append(server.measure_memory() / 1e6)
        metrics.append(_measure_verdict(page, devtools))
        renderer_megabytes.append(_measure_renderers() // 10**6)
    counts = _retry_during_reload(lambda: page.evaluate(READ_SCRIPT))
    context.close()
    missed = [text for text in messages if MEDIA in text]
    heap = [one["JSHeapUsedSize"] / 1e6 for one in metrics]
    return {
        "scenes": int(counts["scenes"]),
        "loads": int(counts["loads"]),
        "faster": faster,
        "hours": round(scenes * SCENE_SECONDS / 3600, 2),
        "longest_delay_s": round(counts["longest"] / 1000 - SCENE_SECONDS / faster, 1),
        "console": [text for text in messages if MEDIA not in text][:10],
        "pictures_missed": len({text.split(MEDIA)[1].split()[0] for text in missed}),
        "asked_elsewhere": sorted(other_servers),
        "server": {
            "memory_mb": [round(one) for one in server_megabytes],
            **measure_growth(server_megabytes),
        },
        "page": {"heap_mb": [round(one, 1) for one in heap], **measure_growth(heap)},
        "renderer_mb": renderer_megabytes,
        "nodes": [int(one["Nodes"]) for one in metrics],
    }


def run_visits(server: Server, browser: Browser, visits: int, idle: int) -> dict[str, Any]:
    """Runs visitors who touch the window, scan a sample and walk away.

    Args:
        server: a running server.
        browser: Chromium of Playwright.
        visits: number of visits, one after the other in one window.
        idle: seconds without a touch until the show starts again.

    Returns:
        Number of visits of which no data remained, and errors, as the report stores them.
    """
    page = browser.new_page(viewport=VIEWPORT)
    page.set_default_timeout(TIMEOUT)
    page.goto(f"{server.address}/?booth=1&idle={idle}")
    clean, errors = 0, []
    for number in range(visits):
        try:
            clean += _run_visit(page, 1 + 5 * number % 21)
        except (AssertionError, Error) as error:  # Playwright raises them after a timeout
            errors.append(str(error).splitlines()[0])
            page.goto(f"{server.address}/?booth=1&idle={idle}")
    page.close()
    return {"visits": visits, "idle_s": idle, "nothing_left": clean, "troubles": errors}


def _run_visit(page: Page, number: int) -> bool:
    """Scans a sample and waits for the show.

    Returns:
        True if the next visitor finds nothing of this one.
    """
    page.get_by_role("button", name=TOUCH_BUTTON).click()
    photo = page.get_by_role("button", name=f"Photo {number}", exact=True)
    photo.click()
    # The page of a rejected photo has the second button.
    answer = page.get_by_role("button", name="Scan another").or_(
        page.get_by_role("button", name="Take another photo")
    )
    expect(answer).to_be_visible(timeout=TIMEOUT)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible(timeout=TIMEOUT)
    page.get_by_role("button", name=TOUCH_BUTTON).click()
    expect(photo).to_be_visible(timeout=TIMEOUT)  # the gallery again
    clean = answer.count() == 0
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible(timeout=TIMEOUT)
    return clean


def _add_other_server(url: str, server: Server, found: set[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme.startswith(("http", "ws")) and parts.port != server.port:
        found.add(f"{parts.scheme}://{parts.netloc}")


def _wait_for_scenes(page: Page, scenes: int, faster: float) -> None:
    """Waits until the show has run a number of scenes.

    Raises:
        RuntimeError: the show has stopped.
    """
    max_pause = 10 * SCENE_SECONDS / faster + 30
    start = time.time()
    while (counts := _retry_during_reload(lambda: page.evaluate(READ_SCRIPT)))["scenes"] < scenes:
        if time.time() - max(start, counts["last"] / 1000) > max_pause:
            raise RuntimeError(f"The show stopped after {counts['scenes']} scenes.")
        time.sleep(0.5)


def _retry_during_reload(evaluate: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Evaluates a script again if the window reloads meanwhile."""
    for _ in range(RELOAD_TRIES):
        try:
            return evaluate()
        except Error:
            time.sleep(1)
    return evaluate()


def _measure_renderers() -> int:
    """Measures the resident memory of the browser's renderer processes, bytes."""
    processes = psutil.Process().children(recursive=True)
    renderers = (one for one in processes if "--type=renderer" in one.cmdline())
    return int(sum(one.memory_info().rss for one in renderers))


def _measure_verdict(page: Page, devtools: CDPSession) -> dict[str, float]:
    """Reads the metrics while a verdict is on the screen.

    The parts of a scene need different amounts of memory, and a window that has just loaded itself
    anew needs much less.
    """
    while True:
        expect(page.get_by_text(RECORDED).first).to_be_visible(timeout=TIMEOUT)
        loads = _retry_during_reload(lambda: page.evaluate(READ_SCRIPT))["loads"]
        metrics = _retry_during_reload(lambda: _read_metrics(devtools))
        if _retry_during_reload(lambda: page.evaluate(READ_SCRIPT))["loads"] == loads:
            return metrics


def _read_metrics(devtools: CDPSession) -> dict[str, float]:
    """Reads Chromium's metrics of the page after a garbage collection."""
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in metrics}
