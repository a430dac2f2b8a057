"""A learned head as bytes and as a file: versioned, hashed, and never half written.

The layout is plain, so that a stranger's file can be refused before anything of it is unpacked:

    QANA-HEAD 2\\n            mark and version of the layout
    {"front": ..., ...}\\n    one line of JSON: of which network, classes, rule, counts
    weights, thresholds, swaps: one bit a connection, then little-endian int32
    32 bytes                  SHA-256 of all that comes before

It holds connections and counts and no photo. (Where a class has learned one photo only, the spikes
of that photo can be told from its connections: a thousand bits of random weighings.)
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.head import Head, HeadError, Rule, empty_head
from qana.errors import UserError

MARK = b"QANA-HEAD 2\n"
LARGEST_FILE = 1_000_000
"""Bytes; the largest head that this version writes, 16 classes of 50 neurons on 2048 spikes, has a
quarter of it."""
MOST = 2**31 - 1
"""Of any number in a header."""
LARGEST_HEADER = 10_000
DIGEST = hashlib.sha256().digest_size
BEFORE = ".before"
"""Suffix of the head that the last save replaced."""
_DAMAGED = "The file is no whole learned head (its bytes have changed): save it anew."


def to_bytes(head: Head, front: str) -> bytes:
    """A head as it is stored.

    Args:
        head: what to store.
        front: SHA-256 of the network whose spikes it reads, 64 hex digits.
    """
    header = {
        "front": front,
        "spikes": head.spikes,
        "rule": [
            head.rule.neurons,
            head.rule.connections,
            head.rule.competition,
            head.rule.votes,
        ],
        "classes": list(head.classes),
        "taught": list(head.taught),
    }
    body = MARK + json.dumps(header).encode() + b"\n"
    body += np.packbits(head.weights).tobytes()
    body += head.thresholds.astype("<i4").tobytes() + head.swaps.astype("<i4").tobytes()
    return body + hashlib.sha256(body).digest()


def from_bytes(data: bytes, front: str) -> Head:
    """The head that was stored.

    Args:
        data: of anyone; nothing in it is trusted.
        front: SHA-256 of the network that it is to be used with.

    Raises:
        HeadError: it is no head, damaged, of another version or of another network.
    """
    if len(data) > LARGEST_FILE:
        raise HeadError("The file is too large for a learned head: choose another one.")
    if not data.startswith(MARK):
        raise HeadError("The file is no learned head of this version: choose another one.")
    body, digest = data[:-DIGEST], data[-DIGEST:]
    end = body.find(b"\n", len(MARK), len(MARK) + LARGEST_HEADER)
    if end < 0 or hashlib.sha256(body).digest() != digest:
        raise HeadError(_DAMAGED)
    try:
        header = json.loads(body[len(MARK) : end])
        found, head = header["front"], _head(header, body[end + 1 :])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HeadError(_DAMAGED) from None
    if found != front:
        raise HeadError(
            "This head was learned with another network: load it with the one that it was saved "
            "from."
        )
    return head


def save_head(head: Head, front: str, path: Path) -> None:
    """Writes a head; whoever is stopped in between leaves the one that was there.

    The head that was there is kept beside it, with the suffix .before.

    Raises:
        UserError: the folder cannot be written to.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_file():
            _write(path.read_bytes(), unfinished, path.with_name(path.name + BEFORE))
        _write(to_bytes(head, front), unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        reason = error.strerror or "no reason given"
        raise UserError(
            f"The learned head cannot be saved as {path} ({reason}): the one that was there is "
            "left; choose another place."
        ) from None


def load_head(path: Path, front: str) -> Head:
    """Reads a head.

    Raises:
        HeadError: the file is missing or unreadable, or see `from_bytes`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        raise HeadError(f"The learned head {path} cannot be read: check its name.") from None
    return from_bytes(data, front)


def _write(data: bytes, unfinished: Path, path: Path) -> None:
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _head(header: dict[str, Any], body: bytes) -> Head:
    """The head of a header and what follows it; nothing is unpacked before all sizes agree."""
    neurons, connections, competition, votes = header["rule"]
    names, taught = header["classes"], header["taught"]
    if not (isinstance(names, list) and isinstance(taught, list) and len(names) == len(taught)):
        raise ValueError
    if any(type(n) is not int or not 0 <= n <= MOST for n in (neurons, connections, *taught)):
        raise ValueError
    spikes = header["spikes"]
    if type(spikes) is not int or not 0 < connections <= spikes <= MOST:
        raise ValueError
    if not isinstance(competition, float | int) or not 0 <= competition <= 1:
        raise ValueError
    if type(votes) is not int or not 0 < votes <= neurons:
        raise ValueError
    # Without neurons, a head costs nothing and checks its names.
    classes = empty_head(0, Rule(0, 0, 0.0), tuple(str(name) for name in names)).classes
    units = neurons * len(classes)
    weights_end = -(-spikes * units // 8)
    if not units or list(classes) != names or len(body) != weights_end + 8 * units:
        raise ValueError
    bits = np.unpackbits(np.frombuffer(body[:weights_end], np.uint8), count=spikes * units)
    weights = bits.reshape(spikes, units)
    thresholds, swaps = np.frombuffer(body[weights_end:], "<i4").reshape(2, units).astype(np.int32)
    if (weights.sum(axis=0) != connections).any() or thresholds.min() < 0:
        raise ValueError
    if swaps.min() < 0 or swaps.max() > connections:
        raise ValueError
    rule = Rule(neurons, connections, float(competition), votes)
    return Head(rule, classes, tuple(taught), weights, thresholds, swaps)
