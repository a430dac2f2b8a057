"""Runs a worker in folders of its own and lists the files that an input leaves there."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINKED = ("assets", "models", "pages", "static", "ui", ".streamlit", "streamlit_app.py")
"""Parts of the repository that the app reads relative to the working folder."""
OUTPUT = "output"
Snapshot = dict[str, tuple[int, int]]
"""Path to size and modification time."""


@dataclass(frozen=True)
class Sandbox:
    """The folders of one worker.

    Attributes:
        root: parent of all folders.
    """

    root: Path

    @property
    def working_folder(self) -> Path:
        """The working folder of the process."""
        return self.root / "work"

    @property
    def temporary_folder(self) -> Path:
        """The folder for temporary files."""
        return self.root / "temporary"

    @property
    def input_folder(self) -> Path:
        """The folder for the files of an input."""
        return self.root / "input"

    @property
    def output(self) -> Path:
        """The file that receives standard output and standard error."""
        return self.root / OUTPUT

    def enter(self) -> None:
        """Moves the calling process into the sandbox: folders, home, standard output and error."""
        for folder in (
            *(self.working_folder, self.temporary_folder, self.input_folder),
            self.root / "home",
        ):
            folder.mkdir()
        for name in LINKED:
            (self.working_folder / name).symlink_to(ROOT / name)
        os.chdir(self.working_folder)
        os.environ |= {"TMPDIR": str(self.temporary_folder), "HOME": str(self.root / "home")}
        tempfile.tempdir = None
        sys.stdout.flush()
        sys.stderr.flush()
        with self.output.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)

    def take_snapshot(self) -> Snapshot:
        """Lists every file and folder of the sandbox, without the output file."""
        snapshot: Snapshot = {}
        pending = [folder for folder in self.root.iterdir() if folder.is_dir()]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(Path(entry.path))
                        snapshot[entry.path] = (0, 0)
                    else:
                        snapshot[entry.path] = (status.st_size, status.st_mtime_ns)
        return snapshot


def list_changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Lists the files that were created, deleted or changed between two snapshots."""
    return sorted(path for path, _status in before.items() ^ after.items())
