r"""Reads and writes `.head` files.

A file has this layout:

    QANA-HEAD 2\n              magic bytes with the version of the layout
    {"front": ..., ...}\n      one line of JSON: network, learning rule, classes, photo counts
    weights                    one bit per connection, packed
    thresholds, swaps          little-endian int32, one of each per neuron
    SHA-256                    32 bytes, over everything before them

Every size is checked before any array is unpacked, so a file from an unknown source is safe to
read. A head contains no photo. If a class has learned only one photo, the connections of the class
show which spikes the photo caused, which is about a thousand bits.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.head import Head, HeadError, LearningRule, make_empty_head
from qana.errors import UserError
from qana.output_files import write_files

MAGIC = b"QANA-HEAD 2\n"
MAX_FILE_BYTES = 1_000_000
"""A head of 16 classes with 50 neurons each on 2048 spikes needs a quarter of this."""
MAX_HEADER_BYTES = 10_000
MAX_NUMBER = 2**31 - 1
"""Upper bound of every integer in the header."""
DIGEST_BYTES = hashlib.sha256().digest_size
BACKUP_SUFFIX = ".before"
"""Suffix of the copy of the previous head that `save_head` keeps."""
_DAMAGED = "The file is damaged and cannot be read as a learned head: save the head again."


def encode_head(head: Head, front: str) -> bytes:
    """Encodes a head in the layout of a `.head` file.

    Args:
        head: the head to encode.
        front: SHA-256 of the network that produces the spikes, 64 hex digits.

    Returns:
        Content of the file.
    """
    header = {
        "front": front,
        "spikes": head.spike_count,
        "rule": [
            head.rule.neurons,
            head.rule.connections,
            head.rule.competition,
            head.rule.votes,
        ],
        "classes": list(head.classes),
        "taught": list(head.photo_counts),
    }
    body = MAGIC + json.dumps(header).encode() + b"\n"
    body += np.packbits(head.weights).tobytes()
    body += head.thresholds.astype("<i4").tobytes() + head.swaps.astype("<i4").tobytes()
    return body + hashlib.sha256(body).digest()


def decode_head(data: bytes, front: str) -> Head:
    """Decodes the content of a `.head` file.

    Args:
        data: content of the file, which may come from an unknown source.
        front: SHA-256 of the network that the head will be used with, 64 hex digits.

    Returns:
        The head, identical to the one that was encoded.

    Raises:
        HeadError: the data are not a head, are damaged, have another version of the layout, or
            belong to another network.
    """
    if len(data) > MAX_FILE_BYTES:
        raise HeadError("The file is too large for a learned head: choose another one.")
    if not data.startswith(MAGIC):
        raise HeadError("The file is not a learned head of this version: choose another one.")
    body, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    end = body.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEADER_BYTES)
    if end < 0 or hashlib.sha256(body).digest() != digest:
        raise HeadError(_DAMAGED)
    try:
        header = json.loads(body[len(MAGIC) : end])
        found, head = header["front"], _decode_body(header, body[end + 1 :])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HeadError(_DAMAGED) from None
    if found != front:
        raise HeadError(
            "This head was learned with another network: load it with the network that it was "
            "saved with."
        )
    return head


def find_backup(path: Path) -> Path:
    """Returns the path of the head from before the last save to a path."""
    return path.with_name(path.name + BACKUP_SUFFIX)


def save_head(head: Head, front: str, path: Path, before: Head | None = None) -> None:
    """Writes a head to a file.

    The file is replaced in one step: a save that is interrupted or fails leaves the previous files
    unchanged. The previous head is kept next to the new one, with the suffix `.before`.

    Args:
        head: the head to save.
        front: SHA-256 of the network that produces the spikes, 64 hex digits.
        path: file to write.
        before: the previous head; None for the one in the file, if there is one.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        kept = {}
        if before is not None:
            kept[find_backup(path)] = encode_head(before, front)
        elif path.is_file():
            kept[find_backup(path)] = path.read_bytes()
        write_files(kept | {path: encode_head(head, front)})
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise UserError(
            f"The learned head cannot be saved as {path} ({reason}), and any earlier file there is "
            "unchanged: choose another place."
        ) from None


def restore_head(path: Path) -> None:
    """Replaces a head by the one from before the last save; this can be done once.

    Args:
        path: file of the head.

    Raises:
        UserError: the file cannot be written.
    """
    backup = find_backup(path)
    try:
        write_files({path: backup.read_bytes()})
        backup.unlink()
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise UserError(
            f"{path} cannot be replaced by {backup} ({reason}): check that you may write to both."
        ) from None


def load_head(path: Path, front: str) -> Head:
    """Reads a head from a file.

    Args:
        path: file to read.
        front: SHA-256 of the network that the head will be used with, 64 hex digits.

    Returns:
        The head.

    Raises:
        HeadError: the file cannot be read, or its content is invalid; see `decode_head`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError:
        raise HeadError(f"The learned head {path} cannot be read: check its name.") from None
    try:
        return decode_head(data, front)
    except HeadError as error:
        raise HeadError(f"{path}: {error}") from None


def _decode_body(header: dict[str, Any], body: bytes) -> Head:
    """Checks all sizes in the header, then unpacks the arrays.

    Raises:
        ValueError, KeyError, TypeError: header and body are no valid head.
    """
    neurons, connections, competition, votes = header["rule"]
    names, counts = header["classes"], header["taught"]
    if not (isinstance(names, list) and isinstance(counts, list) and len(names) == len(counts)):
        raise ValueError
    if any(type(n) is not int or not 0 <= n <= MAX_NUMBER for n in (neurons, connections, *counts)):
        raise ValueError
    spikes = header["spikes"]
    if type(spikes) is not int or not 0 < connections <= spikes <= MAX_NUMBER:
        raise ValueError
    if type(competition) not in (float, int) or not 0 <= competition <= 1:
        raise ValueError
    if type(votes) is not int or not 0 < votes <= neurons:
        raise ValueError
    # A head without neurons takes no memory, and making it checks the class names.
    classes = make_empty_head(0, LearningRule(0, 0, 0.0), tuple(str(one) for one in names)).classes
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
    rule = LearningRule(neurons, connections, float(competition), votes)
    return Head(rule, classes, tuple(counts), weights, thresholds, swaps)
