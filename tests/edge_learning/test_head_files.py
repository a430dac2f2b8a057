"""A `.head` file is read bit for bit, and damaged files and those of other networks are refused."""

import hashlib
import time
from pathlib import Path

import numpy as np
import pytest

from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head, HeadError
from qana.edge_learning.head_files import (
    MAGIC,
    MAX_FILE_BYTES,
    decode_head,
    encode_head,
    load_head,
    save_head,
)
from qana.edge_learning.teaching_photos import load_teaching_photos
from tests.doubles.edge_doubles import edge
from tests.doubles.head_doubles import FRONT, SECONDS, check_refused, head, saved

__all__ = ["edge", "head", "saved"]


def test_a_saved_head_is_read_bit_for_bit(head: Head, saved: bytes, tmp_path: Path) -> None:
    found = decode_head(saved, FRONT)
    assert found.equals(head)
    for name, kind in (("weights", np.uint8), ("thresholds", np.int32), ("swaps", np.int32)):
        assert getattr(found, name).dtype == kind
    assert encode_head(found, FRONT) == saved
    path = tmp_path / "my.head"
    save_head(head, FRONT, path)
    assert path.read_bytes() == saved
    assert load_head(path, FRONT).equals(head)
    assert [file.name for file in tmp_path.iterdir()] == ["my.head"]


def test_a_loaded_head_continues_learning_as_if_it_had_not_been_saved(edge: EdgeModel) -> None:
    images = [one.image for one in load_teaching_photos()[::9]]
    straight, reloaded = EdgeLearner(edge), EdgeLearner(edge)
    straight.add_class("scar")
    for image in images[:4]:
        straight.learn(image, "scar")
    reloaded.load(straight.encode())
    assert reloaded.head.equals(straight.head)
    for learner in (straight, reloaded):
        for image in images[4:]:
            learner.learn(image, "scar")
    assert reloaded.encode() == straight.encode()
    reloaded.reset()
    assert decode_head(reloaded.encode(), edge.front_sha256).equals(edge.initial_head)


def test_no_photo_is_in_the_file(edge: EdgeModel) -> None:
    files = []
    for photo in load_teaching_photos()[:2]:
        learner = EdgeLearner(edge)
        learner.add_class("scar")
        before_learning = len(learner.encode())
        learner.learn(photo.image, "scar")
        files.append(learner.encode())
        assert len(files[-1]) == before_learning  # it holds no more than before
        for taken in (photo.path.read_bytes(), photo.image.tobytes()):
            pieces = {taken[at : at + 8] for at in range(0, len(taken) - 8, 8)}
            pieces = {piece for piece in pieces if len(set(piece)) > 4}
            assert len(pieces) > 100
            assert not [piece for piece in pieces if piece in files[-1]]
    assert files[0] != files[1]


def test_a_file_with_a_flipped_bit_is_refused(saved: bytes) -> None:
    random = np.random.default_rng(0)
    ends = [*range(0, 160), *range(8 * (len(saved) - 34), 8 * len(saved))]
    for bit in (*ends, *random.integers(0, 8 * len(saved), 300).tolist()):
        data = bytearray(saved)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(HeadError):
            decode_head(bytes(data), FRONT)


def test_a_shortened_or_lengthened_file_is_refused(saved: bytes) -> None:
    for length in range(len(saved)):
        with pytest.raises(HeadError):
            decode_head(saved[:length], FRONT)
    check_refused(saved[:-1])
    check_refused(saved + b"\0")
    check_refused(saved + saved)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"QANA-HEAD 2",
        MAGIC,
        MAGIC + b"\n",
        MAGIC * 100,
        b"QANA-HEAD 3\n{}\n",
        b"\xff\xd8\xff\xe0" + bytes(5000),
        b"\0" * MAX_FILE_BYTES,
        MAGIC + b"\0" * (MAX_FILE_BYTES - len(MAGIC)),
        MAGIC + b"{}\n" + b"\0" * MAX_FILE_BYTES,
        np.random.default_rng(0).bytes(100_000),
        MAGIC + np.random.default_rng(1).bytes(100_000),
    ],
    ids=lambda data: f"{len(data)} bytes, {data[:12]!r}",
)
def test_garbage_is_refused(data: bytes) -> None:
    check_refused(data)


def test_a_head_of_another_network_is_refused(head: Head, saved: bytes, edge: EdgeModel) -> None:
    assert "another network" in check_refused(saved, hashlib.sha256(b"another").hexdigest())
    learner = EdgeLearner(edge)
    with pytest.raises(HeadError, match="another network"):
        learner.load(saved)
    assert learner.head is edge.initial_head
    assert learner.undo_steps == 0


def test_a_missing_file_gets_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.head", tmp_path):
        with pytest.raises(HeadError, match=r"cannot be read: check its name\.$"):
            load_head(path, FRONT)


def test_an_endless_file_is_refused_at_once() -> None:
    start = time.perf_counter()
    with pytest.raises(HeadError, match="too large"):
        load_head(Path("/dev/zero"), FRONT)
    assert time.perf_counter() - start < SECONDS
