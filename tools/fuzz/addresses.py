"""Way in: the address of a page with any query, through Streamlit's own test driver."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tools.fuzz.chance import Chance

APP = Path(__file__).parents[2] / "streamlit_app.py"
PAGES = ("convert", "scan", "explain", "compare", "learn", "facts")
KEYS = ("booth", "idle", "chapter")
VALUES = (
    *("", "0", "1", "2", "-1", "01", " 1", "1.5", "nan", "9" * 5000, "3600", "4", "99999", "true"),
    *("network", "breaking", "bits", "chip", "quiz", "spikes", "NETWORK", "network ", "none", "\0"),
    *("²", "١", "<script>alert(1)</script>", "{{1}}", "%00", "../../etc/passwd", "a" * 20_000),
    *("'; DROP TABLE x", "\u202e", "é", "\n", "[a](http://b.c)", "1&booth=1", "None"),
)
SECONDS = 60
"""The driver's own limit, above that of an input."""


def address(chance: Chance, folder: Path) -> Callable[[], None]:
    """A page opened with one to three parameters, each perhaps given several times."""
    app = _app_test()(str(APP), default_timeout=SECONDS)
    for _ in range(chance.randint(1, 3)):
        key = chance.choice((*KEYS, *KEYS, "page", "x" * 300, ""))
        values = chance.some((*VALUES, chance.noise(9).decode("latin-1")), 3)
        app.query_params[key] = values if chance.happens(0.2) else values[0]
    page = chance.choice(("convert", "convert", "", "", *PAGES))

    def feed() -> None:
        if page and app.query_params.get("booth") != ["1"]:
            app.switch_page(f"pages/{page}.py")
        app.run()
        if app.exception:
            raise AssertionError("\n".join(str(one.value) for one in app.exception))
        shown = [one.value for kind in (app.markdown, app.error, app.warning) for one in kind]
        if any("Traceback" in str(text) for text in shown):
            raise AssertionError("a traceback is shown")

    return feed


@cache
def _app_test() -> Any:
    """The driver, once every page has been opened; TensorFlow's process is never asked."""
    from streamlit.testing.v1 import AppTest

    import ui.shared_models
    from qana.jobs.background_worker import Job, Workshop
    from qana.jobs.messages import Request

    class Quiet(Workshop):
        """Takes requests and answers none: TensorFlow in a process of its own is not looked at."""

        def ask(self, task: str, **arguments: Any) -> Job:
            return Job(Request(1, "none:none"))

    ui.shared_models.Workshop = Quiet  # type: ignore[misc]
    for page in PAGES:
        AppTest.from_file(str(APP), default_timeout=SECONDS).switch_page(f"pages/{page}.py").run()
    return AppTest.from_file
