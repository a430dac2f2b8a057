"""Makes charts of rows and shows them, at a cost that a class of thirty does not feel.

Altair copies a list of rows for every layer of a chart, makes a table of all its classes for each
channel that is given as text, and checks each part against the schema of Vega-Lite. Streamlit lets
one page at a time do all that. So rows are tuples here, channels are objects, and the tests check
the charts instead.
"""

from collections.abc import Iterable
from typing import Any

import altair
import streamlit as st

Spec = dict[str, Any]
"""A chart in the grammar of Vega-Lite."""
CHECKED = False
"""Whether charts are checked against the schema: only in tests."""
altair.theme.enable("none")  # Streamlit has its own
altair.utils.schemapi.disable_debug_mode()


def make_chart(rows: Iterable[dict[str, Any]]) -> altair.Chart:
    """Makes a chart of rows, without marks.

    Args:
        rows: records with the same keys.
    """
    return altair.Chart(altair.InlineData(tuple(rows)))


def make_spec(chart: altair.TopLevelMixin) -> Spec:
    """Makes the spec of a chart, for a cache: ten layers take a tenth of a second."""
    spec: Spec = chart.to_dict(validate=CHECKED)
    return spec


def show_chart(
    chart: altair.TopLevelMixin | Spec, alt: str, place: Any = st, **options: Any
) -> None:
    """Shows a chart.

    Args:
        chart: the chart, or its spec.
        alt: description for those who cannot see it.
        place: container on the page.
        options: of `st.vega_lite_chart`.
    """
    place.vega_lite_chart(
        spec=chart if isinstance(chart, dict) else make_spec(chart), alt=alt, **options
    )
