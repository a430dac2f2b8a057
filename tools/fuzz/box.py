"""The folder in which a worker lives: what it writes is seen there."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEN = ("assets", "models", "pages", "static", "ui", ".streamlit", "streamlit_app.py")
"""Of the repository, linked into the working folder, as the app names some of it from there."""
State = dict[str, tuple[int, int]]
"""Path to size and time of change."""


@dataclass(frozen=True)
class Box:
    """Folders of one worker.

    Attributes:
        root: of all of them.
    """

    root: Path

    @property
    def work(self) -> Path:
        """The working folder."""
        return self.root / "work"

    @property
    def temporary(self) -> Path:
        """Where temporary files go."""
        return self.root / "temporary"

    @property
    def given(self) -> Path:
        """Where an input's own files lie."""
        return self.root / "given"

    @property
    def said(self) -> Path:
        """What the worker writes to its two streams."""
        return self.root / "said"

    def settle(self) -> None:
        """Moves the calling process in: working folder, home, temporary files, both streams."""
        for folder in (self.work, self.temporary, self.given, self.root / "home"):
            folder.mkdir()
        for name in SEEN:
            (self.work / name).symlink_to(ROOT / name)
        os.chdir(self.work)
        os.environ |= {"TMPDIR": str(self.temporary), "HOME": str(self.root / "home")}
        tempfile.tempdir = None
        sys.stdout.flush()
        sys.stderr.flush()
        with self.said.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)

    def state(self) -> State:
        """Every file and folder of the box, but for the streams."""
        found: State = {}
        waiting = [folder for folder in self.root.iterdir() if folder.is_dir()]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    about = entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                        found[entry.path] = (0, 0)
                    else:
                        found[entry.path] = (about.st_size, about.st_mtime_ns)
        return found


def changes(before: State, after: State) -> list[str]:
    """Files that came, went or changed from one state to the next."""
    return sorted(path for path, _about in before.items() ^ after.items())
