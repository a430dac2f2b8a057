"""A process in which nothing but the light installation's packages can be imported.

Run as `python tests/doubles/light_double.py`: opens every page, asks for a verdict and an
explanation, and prints one JSON document of what a visitor reads.
"""

import json
import re
import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))


def named(requirements: str) -> set[str]:
    """Distributions that a requirements file names."""
    lines = (ROOT / requirements).read_text().splitlines()
    return {line.split("==")[0] for line in lines if re.match(r"[\w.-]+==", line)}


class Absent(MetaPathFinder):
    """Refuses what the whole installation has and the light one has not."""

    def __init__(self) -> None:
        left_out = named("requirements.txt") - named("requirements-lite.txt")
        self.modules = {
            module
            for module, owners in packages_distributions().items()
            if {owner.lower().replace("_", "-") for owner in owners} <= left_out
        }
        assert {"tensorflow", "torch", "cnn2snn", "scipy", "sklearn"} <= self.modules

    def find_spec(self, name: str, path=None, target=None):
        if name.split(".", maxsplit=1)[0] in self.modules:
            raise ModuleNotFoundError(
                f"No module named {name!r}", name=name.split(".", maxsplit=1)[0]
            )


def pages() -> dict[str, object]:
    from streamlit.testing.v1 import AppTest

    from qana.data.samples import load_samples

    found: dict[str, object] = {}
    for name in ("scan", "batch", "explain", "compare", "convert", "learn", "facts"):
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=240).run()
        if name != "scan":
            app.switch_page(f"pages/{name}.py").run()
        found[name] = {
            "title": [one.value for one in app.title],
            "faults": [one.value for one in app.exception] + [one.value for one in app.error],
        }
        if name in ("scan", "explain"):
            app.button(key=load_samples()[3].image_id).click().run()
            found[f"{name} verdict"] = {
                "title": [one.value for one in [*app.header, *app.subheader]],
                "faults": [one.value for one in app.exception] + [one.value for one in app.error],
            }
    return found


def answers() -> dict[str, object]:
    import numpy as np

    from qana.errors import UserError
    from qana.explanation.map_job import LAST_LAYER
    from qana.jobs.cache import Cache
    from qana.jobs.messages import Request
    from qana.jobs.worker import _answer

    inputs = np.zeros((128, 128, 3), np.uint8)
    ask = {"model": "akida2", "form": "quantized", "method": "Grad-CAM", "layer": LAST_LAYER}
    ask |= {"inputs": inputs, "label": 0}
    try:
        _answer(Request(1, "qana.explanation.map_job:make_map", ask), Cache(), lambda _: None)
    except UserError as error:
        return {"explain": str(error)}
    return {}


if __name__ == "__main__":
    sys.meta_path.insert(0, Absent())
    json.dump({"pages": pages(), "answers": answers()}, sys.stdout)
