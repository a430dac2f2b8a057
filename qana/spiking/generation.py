"""Quantizing and converting for one generation of Akida or the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from cnn2snn import AkidaVersion, set_akida_version

from qana.spiking.names import AKIDA1


@contextmanager
def generation(target: str) -> Iterator[None]:
    """Within it, quantizeml and cnn2snn work for the chips of a target, "akida2" or "akd1000"."""
    with set_akida_version(AkidaVersion.v1 if target == AKIDA1 else AkidaVersion.v2):
        yield
