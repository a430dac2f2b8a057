"""A closed stream is no fault, and Ctrl+C ends each command with a true sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qana.cli.main import COMMANDS, main
from qana.data.samples import Sample

CONTINUED = {
    *("train", "teachers", "edge", "same-lesions", "explain", "protocol", "study", "measure")
}
"""Commands that store what they have done."""
WORDS = {
    "predict": ["x.jpg"],
    "screen": ["x.jpg", "--out", "x.csv"],
    "evaluate": ["--images", "x", "--labels", "x.csv"],
    "gate": ["--data", "x"],
    "similar": ["--data", "x"],
    "concepts": ["--data", "x"],
    "same-lesions": ["--data", "x"],
    "explain": ["--data", "x"],
    "study": ["bits", "--data", "x"],
    "protocol": ["lesion", "--data", "x"],
    "edge": ["--data", "x"],
    "measure": ["--data", "x"],
    "train": ["--data", "x"],
    "teachers": ["--data", "x"],
    "learn": ["--images", "x"],
    "export-lesson": ["x"],
    "convert": ["--model", "akida2"],
}
"""What some commands require."""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("json_option", ["", "--json"])
def test_a_closed_stream_is_no_fault(
    samples: tuple[Sample, ...], closed: str, json_option: str
) -> None:
    command = f'"{sys.executable}" -m qana predict {json_option} "{samples[0].path}" {closed}'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "fault" not in ran.stderr and "Traceback" not in ran.stderr
    if "2>&-" in closed and not closed.startswith("2"):
        assert not ran.stdout
    elif closed == "2>&-" and json_option:
        assert json.loads(ran.stdout)["images"]  # no message falls among the result


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_promises_to_continue_only_where_it_does(
    command: str, monkeypatch, capsys, tmp_path: Path
) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(f"qana.cli.{command.replace('-', '_')}.run", stop)
    assert main([command, *WORDS.get(command, [])]) == 130
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("Stopped.")
    assert ("Run the same command again to continue" in sentence) == (command in CONTINUED)


@pytest.mark.skipif(os.name == "nt", reason="sends a signal of POSIX")
def test_ctrl_c_while_modules_load_prints_no_traceback() -> None:
    code = (
        "import builtins, os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "real = builtins.__import__\n"
        "def load(name, *rest):\n"
        "    if name == 'argparse': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(name, *rest)\n"
        "from qana.__main__ import run\n"
        "builtins.__import__ = load\n"
        "raise SystemExit(run())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (130, "Stopped.\n")
