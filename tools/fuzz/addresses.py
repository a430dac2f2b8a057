"""Generates addresses of pages with unusual queries, opened by Streamlit's AppTest."""

from functools import cache
from pathlib import Path
from typing import Any

from tools.fuzz.input_kinds import Target
from tools.fuzz.random_generator import RandomGenerator

APP = Path(__file__).parents[2] / "streamlit_app.py"
PAGES = ("convert", "scan", "batch", "explain", "compare", "learn", "facts")
KEYS = ("booth", "idle", "chapter")
VALUES = (
    *("", "0", "1", "2", "-1", "01", " 1", "1.5", "nan", "9" * 5000, "3600", "4", "99999", "true"),
    *("network", "breaking", "bits", "chip", "quiz", "spikes", "NETWORK", "network ", "none", "\0"),
    *("²", "١", "<script>alert(1)</script>", "{{1}}", "%00", "../../etc/passwd", "a" * 20_000),
    *("'; DROP TABLE x", "\u202e", "é", "\n", "[a](http://b.c)", "1&booth=1", "None"),
)
SECONDS = 60
"""Timeout of AppTest, seconds. It is longer than the limit of an input."""


def generate_address(rng: RandomGenerator, folder: Path) -> Target:
    """Generates the address of a page with one to three parameters, some of them repeated."""
    app = _load_app_test()(str(APP), default_timeout=SECONDS)
    for _ in range(rng.randint(1, 3)):
        key = rng.choice((*KEYS, *KEYS, "page", "x" * 300, ""))
        values = rng.draw_items((*VALUES, rng.draw_bytes(9).decode("latin-1")), 3)
        app.query_params[key] = values if rng.draw_bool(0.2) else values[0]
    page = rng.choice(("convert", "convert", "", "", *PAGES))

    def run_target() -> None:
        if page and app.query_params.get("booth") != ["1"]:
            app.switch_page(f"pages/{page}.py")
        app.run()
        if app.exception:
            raise AssertionError("\n".join(str(one.value) for one in app.exception))
        texts = [one.value for kind in (app.markdown, app.error, app.warning) for one in kind]
        if any("Traceback" in str(text) for text in texts):
            raise AssertionError("the page shows a traceback")

    return run_target


@cache
def _load_app_test() -> Any:
    """Opens every page once and returns the function that makes an AppTest."""
    from streamlit.testing.v1 import AppTest

    import ui.shared_models
    from qana.jobs.background_worker import BackgroundWorker, Job
    from qana.jobs.messages import Request

    class IdleWorker(BackgroundWorker):
        """A background worker that accepts jobs and never runs them, so TensorFlow never loads."""

        def submit(self, function: str, **arguments: Any) -> Job:
            return Job(Request(1, function))

    ui.shared_models.BackgroundWorker = IdleWorker  # type: ignore[misc]
    for page in PAGES:
        AppTest.from_file(str(APP), default_timeout=SECONDS).switch_page(f"pages/{page}.py").run()
    return AppTest.from_file
