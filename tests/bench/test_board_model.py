"""Board models cover the published figures, and published rows have source and doubt."""

from dataclasses import replace

import pytest

from qana.bench.board_model import BoardModel, fit_board_models
from qana.bench.published import compute_paper_ratios, read_figures, read_published_rows
from qana.errors import UserError
from qana.inference.manifest import find_entry

AKIDA2_MMAC, SPARSITY = 54.7, 0.468
"""As large as the network of the paper, and as sparse as its two neighbours among the figures."""
CARDS_IDLE_WATTS = 20
MODELS = fit_board_models()


def named(model: BoardModel) -> str:
    return f"{model.board}, {model.mapping}, {model.quantity}"


def the(mapping: str, quantity: str, models: tuple[BoardModel, ...] = MODELS) -> BoardModel:
    return next(m for m in models if (m.mapping, m.quantity) == (mapping, quantity))


def test_energy_and_latency_of_every_mapping_are_modelled_and_the_akd1000_is_not() -> None:
    assert {named(model) for model in MODELS} == {
        f"AKD1500, {mapping}, {quantity}"
        for mapping in ("best", "Minimal", "AllNPs", "HwPr")
        for quantity in ("energy", "latency", "dynamic")
    }
    assert [figure.fitted for figure in read_figures() if figure.board == "AKD1000"] == [()]


def test_every_published_figure_of_the_board_is_fitted_but_a_copy_of_another_network() -> None:
    left = [f.network for f in read_figures() if f.board == "AKD1500" and not f.fitted]
    assert set(left) == {"PlantVillage (AkidaNet 0.5 at 224)"}
    for figure in read_figures():
        modes = {mapping for mapping, _ in figure.fitted}
        assert modes <= {figure.mapping, "best"}, figure


def test_the_least_energy_of_all_modes_serves_the_models_of_the_best_mapping() -> None:
    modes = [f for f in read_figures() if f.board == "AKD1500" and f.mapping != "best" and f.fitted]
    for network in {figure.network for figure in modes}:
        own = [figure for figure in modes if figure.network == network]
        least = min(own, key=lambda figure: figure.energy_mj)
        assert [f for f in own if ("best", "latency") in f.fitted] == [least]


def test_the_activity_is_a_variable_where_it_predicts_left_out_figures_better() -> None:
    for model in MODELS:
        if any(point.sparsity is None for point in model.points):
            assert not model.by_activity
            continue
        plain, active = (replace(model, by_activity=by) for by in (False, True))
        assert model.by_activity == (active.typical_factor < plain.typical_factor)
    assert sum(model.by_activity for model in MODELS) >= 6


def test_a_sparser_network_costs_less_and_unknown_sparsity_falls_back_to_all_macs() -> None:
    model = the("HwPr", "energy")
    assert model.by_activity
    assert model.predict(100, 0.7).value < model.predict(100, 0.4).value
    plain = replace(model, by_activity=False)
    assert model.predict(100) == plain.predict(100) == plain.predict(100, 0.7)
    assert "non-zero input" in model.predict(100, 0.5).caveat
    assert "non-zero input" not in model.predict(100).caveat
    for sparsity in (-0.1, 1.0):
        with pytest.raises(UserError, match="sparsity"):
            model.predict(100, sparsity)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_estimate_states_the_leave_one_out_error(model: BoardModel) -> None:
    worst = max(
        max(one.published / one.predicted, one.predicted / one.published) for one in model.held_out
    )
    assert 1 < model.typical_factor < model.factors.max() == pytest.approx(worst)
    caveat = model.predict_model(find_entry("akida2"), 0.4).caveat
    assert f"{worst:.3g} at most" in caveat
    assert ("AkidaNets" in caveat) == (model.mapping == "HwPr")


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_intervals_cover_left_out_figures_at_the_stated_rate(model: BoardModel) -> None:
    left_out = model.held_out
    assert len(left_out) == len(model.points) >= 7
    assert sum(figure.inside for figure in left_out) >= model.rate * len(left_out)
    assert all(figure.low < figure.predicted < figure.high for figure in left_out)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_figure_that_is_ten_times_too_large_falls_outside(model: BoardModel) -> None:
    def report(factor: float) -> bool:
        figures = [
            replace(
                figure,
                energy_mj=figure.energy_mj * factor,
                latency_ms=figure.latency_ms and figure.latency_ms * factor,
                dynamic_mj=figure.dynamic_mj and figure.dynamic_mj * factor,
            )
            if figure == broken
            else figure
            for figure in read_figures()
        ]
        refitted = the(model.mapping, model.quantity, fit_board_models(figures))
        return next(f for f in refitted.held_out if f.network == broken.network).inside

    broken = next(point for point in model.points if point.network == "AkidaNet 0.25 at 224")
    assert report(1)
    assert not report(10)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_estimate_is_between_the_nearest_figures(model: BoardModel) -> None:
    estimate = model.predict(AKIDA2_MMAC, SPARSITY)
    below = model.predict(16.5, SPARSITY).value
    above = model.predict(179, SPARSITY).value
    assert below < estimate.value < above
    assert estimate.low < estimate.value < estimate.high
    neighbours = [p.get_value(model.quantity) for p in model.points if 46 <= p.mmac <= 91]
    assert len(set(neighbours)) >= 2
    assert estimate.low < max(neighbours) and min(neighbours) < estimate.high


def test_the_formula_gives_the_predicted_energy() -> None:
    model = the("best", "energy")
    constant, power = model.formula.split(" mJ x MMAC ^ ")
    assert model.predict(100).value == pytest.approx(
        float(constant) * 100 ** float(power), rel=0.05
    )
    assert 0.8 < float(power) < 1.2


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_an_estimate_has_source_and_caveat(model: BoardModel) -> None:
    entry = find_entry("akida2")
    estimate = model.predict_model(entry, 0.5)
    plain = model.predict(entry.macs / 1e6, 0.5)
    assert replace(estimate, caveat="") == replace(plain, caveat="")
    assert estimate.quantity == model.quantity
    assert estimate.provenance == "modelled"
    assert estimate.unit == {"energy": "mJ", "latency": "ms", "dynamic": "mJ"}[model.quantity]
    assert f"{len(model.points)} published figures of the AKD1500" in estimate.source
    assert all(point.source in estimate.source for point in model.points)
    assert "akida2 is for Akida 2.0" in estimate.caveat and "AKD1500" in estimate.caveat
    assert "akd1000 is such a network" in model.predict_model(find_entry("akd1000"), None).caveat
    assert not model.predict(AKIDA2_MMAC, SPARSITY).extrapolated
    assert model.predict(2).extrapolated and model.predict(2000).extrapolated


def test_bad_input_raises_a_helpful_error() -> None:
    model = the("best", "energy")
    for mmac in (0, -3):
        with pytest.raises(UserError, match="above zero"):
            model.predict(mmac)
    with pytest.raises(UserError, match="3 figures are too few for an interval of 80%"):
        replace(model, points=model.points[:3]).predict(AKIDA2_MMAC)
    energy_only = replace(the("best", "energy"), quantity="latency")
    with pytest.raises(UserError, match="no published latency"):
        energy_only.predict(AKIDA2_MMAC)


def test_published_dynamic_energy_correlates_with_events_more_than_macs() -> None:
    figures = [
        figure
        for figure in read_figures()
        if figure.dynamic_mj and figure.network.endswith((" at 160", " at 224"))
    ]
    assert len(figures) == 18
    each_mac, each_event = [], []
    for figure in figures:
        assert figure.dynamic_mj is not None and figure.sparsity is not None
        each_mac.append(1e3 * figure.dynamic_mj / figure.mmac)
        each_event.append(each_mac[-1] / (1 - figure.sparsity))
    assert round(min(each_event)) == 24 and round(max(each_event)) == 27
    assert round(min(each_mac)) == 10 and round(max(each_mac)) == 14


def test_every_published_row_has_source_and_doubt() -> None:
    rows = read_published_rows()
    assert len(rows) > len(read_figures())
    for row in rows:
        assert row.source and row.doubt and row.provenance == "published"
        assert row.latency_ms is not None or row.energy_mj is not None
        assert row.latency_ms != 0 and row.energy_mj != 0


def test_the_board_rows_are_physically_possible() -> None:
    """Power is between 0.11 W and 0.5 W, so that a shifted decimal point fails."""
    for figure in read_figures():
        if figure.latency_ms is not None:
            assert 0.11 < figure.energy_mj / figure.latency_ms < 0.5, figure
        if figure.dynamic_mj is not None:
            assert 0 < figure.dynamic_mj < figure.energy_mj


def test_rows_below_idle_power_have_that_doubt() -> None:
    rows = read_published_rows()
    card = [row for row in rows if row.device == "RTX 3090"]
    assert len(card) == 4 and all(row.watts and row.watts < CARDS_IDLE_WATTS for row in card)
    assert [row for row in rows if "idles above 20 W" in row.doubt] == card
    for row in card:
        assert row.watts is not None and f"Implies {row.watts:.0f} W" in row.doubt


def test_a_row_without_latency_or_energy_has_no_power() -> None:
    rows = read_published_rows()
    assert {row.watts for row in rows if row.device == "GTX 1080"} == {None}
    (akd1000,) = [row for row in rows if row.device == "AKD1000" and "BrainChip" in row.source]
    assert akd1000.energy_mj == 19.13 and akd1000.watts is None and "905 mW" in akd1000.doubt


def test_paper_ratios_follow_from_its_table() -> None:
    ratios = compute_paper_ratios()
    assert f"{ratios.latency_saved:.1%} {ratios.energy_saved:.1%}" == "94.6% 99.0%"
    assert "2507.15958" in ratios.source
