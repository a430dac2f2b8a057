"""Measures the light installation: `python3.11 tools/light_install.py` writes models/light.json.

Makes a fresh environment from requirements-lite.txt in a temporary folder, as run.py does, opens
every page in it and classifies one sample. Python stores the compiled files of this visit, which
take disk space, too.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUT = ROOT / "models" / "light.json"
VISIT = """
import json, resource, sys, time
sys.path.insert(0, ".")
start = time.perf_counter()
from streamlit.testing.v1 import AppTest
from qana.data.samples import load_samples
from qana.reports.recorded_weights import find_present_weights
for page in ("scan", "batch", "explain", "compare", "convert", "learn", "facts"):
    app = AppTest.from_file(sys.argv[1], default_timeout=120).run()
    if page != "scan":
        app.switch_page(f"pages/{page}.py").run()
    else:
        app.button(key=load_samples()[3].image_id).click().run()
    assert not app.exception and not app.error, page
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seconds = round(time.perf_counter() - start, 1)
measured = {"pages_s": seconds, "memory_mb": peak // 1024, "weights": find_present_weights()}
print(json.dumps(measured))
"""


def main() -> int:
    """Installs, opens every page, writes the figures, and returns an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        start = time.perf_counter()
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        wanted = ROOT / "requirements-lite.txt"
        options = ("--no-compile", "--quiet", "--require-hashes", "-r")
        subprocess.run([python, "-m", "pip", "install", *options, wanted], check=True)
        seconds, installed = time.perf_counter() - start, _measure_size(home)
        visit = subprocess.run(
            [python, "-c", VISIT, ROOT / "streamlit_app.py"],
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},  # empty is unset
            stdout=subprocess.PIPE,
            text=True,
        )
        visited = _measure_size(home)
    measured = {
        "command": "python3.11 tools/light_install.py",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "install_s": round(seconds, 1),
        "disk_mb": installed,
        "disk_after_visit_mb": visited,
        **json.loads(visit.stdout.splitlines()[-1]),
    }
    OUT.write_text(json.dumps(measured, indent=1) + "\n")
    sys.stdout.write(OUT.read_text())
    return 0


def _measure_size(folder: Path) -> int:
    """Measures the files in a folder, megabytes."""
    return round(sum(one.lstat().st_size for one in folder.rglob("*") if not one.is_dir()) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
