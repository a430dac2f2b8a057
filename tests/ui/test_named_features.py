"""The named features beside an answer."""

import pytest
from streamlit.testing.v1 import AppTest

from qana.explanation.concepts import Concept, ConceptsReport, ConceptTest, Shortcut

CLEAR, UNCLEAR = (Shortcut(60, 90, 0.4, 0.3, ends) for ends in ((0.02, 0.2), (-0.05, 0.25)))


def make(title: str, shortcut: Shortcut | None = None, auc: float = 0.9) -> Concept:
    test = ConceptTest("milk10k", "dermoscopic", 100, 40, auc, (0.5, 0.95))
    return Concept(title, title, "MONET's scores", 0.0, [test], [], shortcut)


def draw() -> None:
    from types import SimpleNamespace

    from ui.named_features import show_named_features

    show_named_features(SimpleNamespace(classifier=SimpleNamespace(entry=None)))


def show(
    monkeypatch: pytest.MonkeyPatch, seen: list[Concept], known: list[Concept] | None
) -> AppTest:
    report = None if known is None else ConceptsReport("the command", "akida2", "", "", known)
    monkeypatch.setattr("ui.named_features.read_concepts_report", lambda entry: report)
    monkeypatch.setattr("ui.named_features.find_concepts", lambda diagnosis: seen)
    page = AppTest.from_function(draw, default_timeout=240).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.subheader, page.markdown, page.caption, page.warning)
    return "\n".join(one.value for kind in kinds for one in kind)


def test_seen_features_have_their_auc_and_their_shortcut(monkeypatch) -> None:
    hair, pen, pigment = make("hair", CLEAR), make("pen marks", UNCLEAR), make("pigment")
    said = words(show(monkeypatch, [hair, pen], [hair, pen, pigment, make("gel", auc=0.7)]))
    assert "hair, AUC 0.90" in said and "pen marks, AUC 0.90" in said
    assert "Hair seen: answers to test photos with hair are wrong more often" in said
    assert "40% against 30%" in said
    assert "Pen marks seen" not in said
    assert "Not good enough to be shown: gel." in said
    assert "the command" in said


def test_without_a_seen_feature_the_page_says_so(monkeypatch) -> None:
    assert "None of the features" in words(show(monkeypatch, [], [make("hair")]))


def test_without_a_good_read_out_nothing_is_shown(monkeypatch) -> None:
    assert words(show(monkeypatch, [], None)) == ""
    assert words(show(monkeypatch, [], [make("hair", auc=0.7)])) == ""
