"""The examples of docs/api.md and README.md run as they stand."""

import re
import shutil
from pathlib import Path

import pytest

import qana

ROOT = Path(__file__).parents[2]


def python_blocks(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert blocks, f"{page} has no example"
    return "\n".join(blocks)


@pytest.mark.parametrize("page", ["docs/api.md", "README.md"])
def test_the_examples_run(
    page: str, samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    shutil.copyfile(samples[0].path, tmp_path / "lesion.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(python_blocks(page), page, "exec"), {})
    assert capsys.readouterr().out


def test_every_public_name_is_there_and_documented() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in qana.__all__:
        found = getattr(qana, name)
        if callable(found):
            assert (found.__doc__ or "").strip(), name
            assert f"`qana.{name}" in page or f"`{name}`" in page or f"qana.{name}(" in page, name
