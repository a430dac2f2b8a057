"""docs/scale.md comes from the report on many photos alone."""

import msgspec
import pytest

from qana.reports.scale import COMMAND, PHOTOS, SCALE, format_hours, make_scale
from qana.reports.screening_report import ScreeningReport, read_screening


def make_run(ms: float, rate: float = 40.0, other: float = 0.0) -> dict[str, object]:
    return {
        "equal": True,
        "message": "",
        "seconds": 10.0,
        "photos_per_s": rate,
        "processor_ms_per_photo": ms,
        "other_cores": other,
        "memory_mb": [90, 95],
        "growth": 0.02,
    }


@pytest.fixture
def document() -> dict[str, object]:
    return {
        "command": COMMAND,
        "weights": {"akida2": "ab" * 32},
        "photos": 20_000,
        "cores": 2,
        "loop": {
            "photos": 1000,
            "photos_per_s": 30.0,
            "share_of_decoding": 0.25,
            "processor_ms_per_photo": 33.0,
            "other_cores": 0.0,
        },
        "runs": {"1 workers": make_run(36.0, 28.0), "2 workers": make_run(36.0, 55.0)},
        "speedup": 1.83,
        "ray_overhead": 0.12,
        "killed": {"kills": 10, "share_done_at_each": [0.1], "equal": True, "message": ""},
        "lost": {"killed": 10, "equal": True, "message": ""},
        "bad_files": {"files": 200, "rows_with_a_reason": 200},
        "misses": [],
        "machine": "Linux x86_64, 2 cores",
    }


def read(document: dict[str, object]) -> ScreeningReport:
    return msgspec.convert(document, ScreeningReport)


def test_the_page_is_up_to_date() -> None:
    assert SCALE.read_text(encoding="utf-8") == make_scale(read_screening())


def test_without_a_report_the_page_names_the_commands() -> None:
    text = make_scale(None)
    assert f"`{COMMAND}`" in text and "`python -m qana.reports.scale`" in text
    assert "Hours" not in text


def test_every_figure_comes_from_the_report(document: dict[str, object]) -> None:
    text = make_scale(read(document))
    flowing = " ".join(text.split())
    for words in ("20,000 files", "1.83 times", "25% of it is decoding", "12% slower", "200 rows"):
        assert words in flowing
    assert "| 2 cores | 2.5 |" in text and "| 16 cores | 0.3 |" in text
    assert "Other programs" not in text and "Missed" not in text
    document["runs"] = {"2 workers": make_run(72.0)}
    assert "| 2 cores | 5.0 |" in make_scale(read(document))


def test_a_disturbed_run_gives_no_rates(document: dict[str, object]) -> None:
    document["runs"] = {"2 workers": make_run(36.0, 5.0, other=1.6)}
    text = " ".join(make_scale(read(document)).split())
    assert "Other programs used up to 1.6 of the 2 cores" in text
    assert "1.83 times" not in text and "slower than two local workers" not in text


def test_a_missed_target_is_on_the_page(document: dict[str, object]) -> None:
    document["misses"] = ["ray: the table differs from that of one worker."]
    assert "- ray: the table differs" in make_scale(read(document))


def test_hours_scale_with_the_cores() -> None:
    assert PHOTOS == 500_000
    assert format_hours(36.0, 2) == "2.5"
    assert format_hours(3600.0, 2) == "250"
