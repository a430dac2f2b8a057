"""The prose of generated Markdown is wrapped, and nothing else changes."""

from qana.reports.markdown import WIDTH, wrap_prose

LONG = "word " * 40


def test_prose_is_wrapped_and_keeps_its_words() -> None:
    text = f"# {LONG}\n\n{LONG}\n{LONG}\n\n- {LONG}\n- second item\n"
    wrapped = wrap_prose(text)
    assert wrapped.split() == text.split()
    heading, *prose = wrapped.splitlines()
    assert len(heading) > WIDTH
    assert all(len(line) <= WIDTH for line in prose)
    assert wrapped.endswith("\n- second item\n")


def test_tables_and_code_spans_stay_on_one_line() -> None:
    table, code = f"| {LONG} |", f"`{LONG.strip()}`"
    lines = wrap_prose(f"{table}\n|---|\n\nRun {code} again.\n").splitlines()
    assert table in lines and "|---|" in lines and code in lines


def test_wrapping_again_changes_nothing() -> None:
    once = wrap_prose(f"{LONG}\n\n- {LONG}\n")
    assert wrap_prose(once) == once
