"""The README's numbers are those of the manifest."""

from qana.reports.readme import README, filled


def test_the_results_are_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m qana.reports.readme`"
