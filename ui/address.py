"""Reads and writes parameters of the page's address, so that a state of the page has a link.

Widgets bind their own parameters. The functions here serve values without a widget, such as the
chapter and the sample.
"""

import time

import streamlit as st

SETTLED = 2.0
"""Seconds that a browser may take for a new address. Until then it still sends the old one."""


def write_parameter(name: str, value: str | None) -> None:
    """Writes a parameter into the address.

    Args:
        name: of the parameter.
        value: its value; None removes it.
    """
    st.session_state[f"address_{name}"] = value
    st.session_state[f"address_{name}_since"] = time.monotonic()
    if value is not None:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def read_new_parameter(name: str) -> str | None:
    """Reads a parameter if a link, or the browser's button Back, has brought another value.

    Args:
        name: of the parameter.

    Returns:
        The value; None if there is none, or if it is the one that was read or written last.
    """
    asked = st.query_params.get(name)
    known = st.session_state.get(f"address_{name}")
    settled = time.monotonic() - st.session_state.get(f"address_{name}_since", 0) > SETTLED
    if asked is None or asked == known or not settled:
        return None
    st.session_state[f"address_{name}"] = asked
    return asked
