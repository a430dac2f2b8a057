"""The show in a real browser: whether it goes on, and what it keeps."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Error, Page, expect

from tools.server import Server
from tools.soak.memory import growth
from ui.booth.show import GUESS_SECONDS, QUESTION, VERDICT_SECONDS

SCENE_SECONDS = GUESS_SECONDS + VERDICT_SECONDS
LOOKS = 24
"""At memory, after the warm-up."""
WARM_UP = 1 / 4
"""Share of the scenes before the first look, as in `tools.soak.memory`: a server's memory grows to
what its threads need at the worst moment, and stays there."""
PATIENCE = 60_000
BOOTH = {"width": 1920, "height": 1080}
LOADING = 10
"""Seconds that a window may take to be loaded anew."""
MEDIA = "/media/"
RECORDED = "The data set records"
WATCH = """
  let asked = false
  new MutationObserver(() => {
    const asks = [...document.querySelectorAll("h1")].some((one) => one.innerText === "QUESTION")
    if (asks && !asked) {
      const now = Date.now(), booth = JSON.parse(sessionStorage.booth || '{"scenes": 0}')
      if (booth.last) booth.longest = Math.max(booth.longest || 0, now - booth.last)
      booth.last = now
      booth.scenes += 1
      sessionStorage.booth = JSON.stringify(booth)
    }
    asked = asks
  }).observe(document, { subtree: true, childList: true, characterData: true })
  const loads = Number(sessionStorage.loads || 0)
  sessionStorage.loads = loads + 1
"""
"""Counts the scenes that a visitor would see begin, the longest of them in milliseconds, and how
often the window was loaded, over all loads."""
SEEN = """({
  scenes: 0, last: Date.now(), ...JSON.parse(sessionStorage.booth || "{}"),
  loads: Number(sessionStorage.loads)
})"""


def run_day(server: Server, browser: Browser, scenes: int, faster: float) -> dict[str, Any]:
    """The show alone.

    Args:
        server: runs the app with its clock `faster` times as fast.
        browser: of Playwright, Chromium.
        scenes: that are to be shown.
        faster: than the clock of the app.

    Returns:
        scenes, loads of the window, by how many seconds a scene came late at most, what the console
        said, pictures that the faster clock replaced before the browser had fetched them, addresses
        asked for outside of the server, and memory of server, page and the process that draws it,
        at even distances, for a result file.
    """
    context = browser.new_context(viewport=BOOTH)
    context.add_init_script(WATCH.replace("QUESTION", QUESTION))
    page = context.new_page()
    said: list[str] = []
    elsewhere: set[str] = set()
    page.on("console", lambda line: line.type == "error" and said.append(_placed(line)))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: _note_stranger(asked.url, server, elsewhere))
    page.goto(f"{server.address}/?booth=1")
    expect(page.get_by_text(RECORDED)).to_be_visible(timeout=PATIENCE)
    devtools = context.new_cdp_session(page)
    served: list[float] = []
    held: list[dict[str, float]] = []
    resident: list[int] = []
    warm_up = int(WARM_UP * scenes)
    for look in range(LOOKS + 1):
        _until(page, warm_up + (scenes - warm_up) * look // LOOKS, faster)
        served.append(server.memory() / 1e6)
        held.append(_between_loads(lambda: _held(devtools)))
        resident.append(_renderers() // 10**6)
    seen = _between_loads(lambda: page.evaluate(SEEN))
    context.close()
    missed = [line for line in said if MEDIA in line]
    heap = [one["JSHeapUsedSize"] / 1e6 for one in held]
    return {
        "scenes": int(seen["scenes"]),
        "loads": int(seen["loads"]),
        "faster": faster,
        "hours": round(scenes * SCENE_SECONDS / 3600, 2),
        "longest_delay_s": round(seen["longest"] / 1000 - SCENE_SECONDS / faster, 1),
        "console": [line for line in said if MEDIA not in line][:10],
        "pictures_missed": len({line.split(MEDIA)[1].split()[0] for line in missed}),
        "asked_elsewhere": sorted(elsewhere),
        "server": {"memory_mb": [round(one) for one in served], **growth(served)},
        "page": {"heap_mb": [round(one, 1) for one in heap], **growth(heap)},
        "renderer_mb": resident,
        "nodes": [int(one["Nodes"]) for one in held],
    }


def run_visits(server: Server, browser: Browser, visits: int, idle: int) -> dict[str, Any]:
    """Visitors who touch, look at an answer and walk away.

    Args:
        server: runs already.
        browser: of Playwright, Chromium.
        visits: one after the other in one window.
        idle: seconds without a touch until the show begins anew.

    Returns:
        after how many the next one found nothing of them, and what else went wrong.
    """
    page = browser.new_page(viewport=BOOTH)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.address}/?booth=1&idle={idle}")
    back, troubles = 0, []
    for number in range(visits):
        try:
            back += _visit(page, 1 + 5 * number % 21)
        except (AssertionError, Error) as error:  # as Playwright says that something never came
            troubles.append(str(error).splitlines()[0])
            page.goto(f"{server.address}/?booth=1&idle={idle}")
    page.close()
    return {"visits": visits, "idle_s": idle, "nothing_left": back, "troubles": troubles}


def _visit(page: Page, number: int) -> bool:
    """Whether the next one to touch finds nothing of this visitor, who looks at one photo."""
    page.get_by_role("button", name="Touch to try it yourself").click()
    photo = page.get_by_role("button", name=f"Photo {number}", exact=True)
    photo.click()
    # Of a photo that the network turns away the page says why, and offers the second.
    answer = page.get_by_role("button", name="Scan another").or_(
        page.get_by_role("button", name="Take another")
    )
    expect(answer).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Touch to try it yourself").click()
    expect(photo).to_be_visible(timeout=PATIENCE)  # the gallery again
    nothing_left = answer.count() == 0
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible(timeout=PATIENCE)
    return nothing_left


def _placed(line: ConsoleMessage) -> str:
    return f"{line.text} {line.location['url']}"


def _note_stranger(url: str, server: Server, found: set[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme.startswith(("http", "ws")) and parts.port != server.port:
        found.add(f"{parts.scheme}://{parts.netloc}")


def _until(page: Page, scenes: int, faster: float) -> None:
    """Waits for so many scenes; raises RuntimeError when the show stands still."""
    patience = 10 * SCENE_SECONDS / faster + 30
    began = time.time()
    while (seen := _between_loads(lambda: page.evaluate(SEEN)))["scenes"] < scenes:
        if time.time() - max(began, seen["last"] / 1000) > patience:
            raise RuntimeError(f"The show stands still after {seen['scenes']} scenes.")
        time.sleep(0.5)


def _between_loads(ask: Callable[[], dict[str, float]]) -> dict[str, float]:
    """An answer of the window; while it is being loaded anew it has none."""
    for _ in range(LOADING):
        try:
            return ask()
        except Error:
            time.sleep(1)
    return ask()


def _renderers() -> int:
    """Resident bytes of the processes that draw pages for this one's browser."""
    family = psutil.Process().children(recursive=True)
    drawing = (one for one in family if "--type=renderer" in one.cmdline())
    return int(sum(one.memory_info().rss for one in drawing))


def _held(devtools: CDPSession) -> dict[str, float]:
    """What the page holds once its garbage is collected."""
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in metrics}
