"""The files of TensorFlow.js that the app serves are those of its release."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "static" / "tfjs"


def test_the_files_are_unchanged_small_and_licensed() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
    names = {line.split()[1]: line.split()[0] for line in lines}
    assert set(names) == {path.name for path in FOLDER.glob("*.js")} and len(names) == 3
    for name, digest in names.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert sum((FOLDER / name).stat().st_size for name in names) < 2_000_000
    assert "Apache License" in (FOLDER / "LICENSE.txt").read_text()
