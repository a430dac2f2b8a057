"""Finds the address of this machine in the local network, without Streamlit.

`tools.certificate` needs the address before the app starts.
"""

import socket

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}
"""Names and addresses that mean this machine itself."""
PROBE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737), which no machine has."""


def find_own_host() -> str | None:
    """Finds this machine's address in the local network.

    Returns:
        An IPv4 address such as "192.168.0.7"; None if the machine is in no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # This sends nothing: the system only chooses the network to send from.
            probe.connect(PROBE)
        except OSError:
            return None
        found = probe.getsockname()[0]
    return None if found in LOCAL_HOSTS else found
