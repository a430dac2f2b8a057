"""Tests of `.head` files: exact round trips, invalid files, and interrupted saves."""

import hashlib
import json
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import Head, HeadError, LearningRule, add_class, make_empty_head
from qana.edge_learning.head_files import (
    BACKUP_SUFFIX,
    MAGIC,
    MAX_FILE_BYTES,
    MAX_HEADER_BYTES,
    decode_head,
    encode_head,
    load_head,
    save_head,
)
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.errors import UserError

FRONT = hashlib.sha256(b"a network").hexdigest()
SECONDS, BYTES = 1.0, 32_000_000
"""Limits of time and memory for refusing a file."""


@pytest.fixture(scope="module")
def edge() -> EdgeModel:
    return load_edge_model()


@pytest.fixture(scope="module")
def head() -> Head:
    """A small head with numbers of different sizes."""
    made = make_empty_head(100, LearningRule(3, 7, 0.1), ("mel", "Spitz-Nävus", "x" * 40))
    made.thresholds[:] = np.arange(9) * 1_000_000
    made.swaps[:] = np.arange(9) % 7
    return Head(made.rule, made.classes, (0, 5, 123_456), made.weights, made.thresholds, made.swaps)


@pytest.fixture(scope="module")
def other(head: Head) -> Head:
    return add_class(head, "other")


@pytest.fixture(scope="module")
def saved(head: Head) -> bytes:
    return encode_head(head, FRONT)


def check_refused(data: bytes, front: str = FRONT) -> str:
    """Checks that a file is refused quickly with little memory, and returns the error sentence."""
    tracemalloc.start()
    start = time.perf_counter()
    try:
        with pytest.raises(HeadError) as caught:
            decode_head(data, front)
        assert time.perf_counter() - start < SECONDS
        assert tracemalloc.get_traced_memory()[1] < BYTES + len(data)
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.count(". ") == sentence.count("\n") == 0
    return sentence


# Round trips


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


def test_the_previous_head_is_kept(head: Head, other: Head, tmp_path) -> None:
    path = tmp_path / "my.head"
    for one in (head, other):
        save_head(one, FRONT, path)
    assert load_head(path, FRONT).equals(other)
    assert load_head(path.with_name(path.name + BACKUP_SUFFIX), FRONT).equals(head)


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


# Invalid files


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


def forge(header: object, body: bytes) -> bytes:
    """Makes a file with a valid hash."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = MAGIC + text + b"\n" + body
    return data + hashlib.sha256(data).digest()


def body_for(spikes: int, units: int, connections: int = 1) -> bytes:
    """Makes a body of the right length with the right number of connections."""
    weights = np.zeros((spikes, units), np.uint8)
    weights[:connections] = 1
    return np.packbits(weights).tobytes() + bytes(8 * units)


def unpacked(saved: bytes) -> tuple[dict[str, Any], bytes]:
    end = saved.index(b"\n", len(MAGIC))
    return json.loads(saved[len(MAGIC) : end]), saved[end + 1 : -32]


def test_an_unchanged_forged_file_is_read(head: Head, saved: bytes) -> None:
    assert decode_head(forge(*unpacked(saved)), FRONT).equals(head)  # so `forge` makes valid files


NAMES = ["mel", "Spitz-Nävus", "x" * 40]
CHANGES: dict[str, dict[str, Any]] = {
    "huge spikes": {"spikes": 10**30},
    "many spikes": {"spikes": 30_000_000, "rule": [1, 1, 0.1, 1], "classes": ["a"], "taught": [0]},
    "huge neurons": {"rule": [10**30, 7, 0.1, 1]},
    "many neurons": {"rule": [9_000, 1, 0.1, 1], "spikes": 1},
    "no neurons": {"rule": [0, 7, 0.1, 1]},
    "huge connections": {"rule": [3, 10**30, 0.1, 1]},
    "more connections than spikes": {"rule": [3, 101, 0.1, 1]},
    "no connections": {"rule": [3, 0, 0.1, 1]},
    "negative spikes": {"spikes": -100},
    "negative neurons": {"rule": [-3, 7, 0.1, 1]},
    "all negative": {"rule": [-3, -7, 0.1, 1], "spikes": -100},
    "negative connections": {"rule": [3, -7, 0.1, 1]},
    "negative taught": {"taught": [-1, 0, 0]},
    "NaN competition": {"rule": [3, 7, float("nan"), 1]},
    "infinite competition": {"rule": [3, 7, float("inf"), 1]},
    "competition above one": {"rule": [3, 7, 1.01, 1]},
    "NaN neurons": {"rule": [float("nan"), 7, 0.1, 1]},
    "infinite spikes": {"spikes": float("inf")},
    "half a spike": {"spikes": 100.5},
    "half a neuron": {"rule": [3.5, 7, 0.1, 1]},
    "spikes as text": {"spikes": "100"},
    "rule of text": {"rule": ["3", "7", "0.1", "1"]},
    "rule of lists": {"rule": [[3], [7], [0.1], [1]]},
    "rule is null": {"rule": None},
    "rule is a word": {"rule": "abc"},
    "short rule": {"rule": [3, 7, 0.1]},
    "no votes": {"rule": [3, 7, 0.1, 0]},
    "more votes than neurons": {"rule": [3, 7, 0.1, 4]},
    "half a vote": {"rule": [3, 7, 0.1, 1.5]},
    "true votes": {"rule": [3, 7, 0.1, True]},
    "long rule": {"rule": [3, 7, 0.1, 1, 1]},
    "true neurons": {"rule": [True, 7, 0.1, 1], "classes": NAMES * 3, "taught": [0] * 9},
    "duplicate names": {"classes": ["mel", "mel", "nv"]},
    "names equal but for blanks": {"classes": ["mel", " mel", "nv"]},
    "no name": {"classes": ["", "mel", "nv"]},
    "a name of 41": {"classes": ["x" * 41, "mel", "nv"]},
    "a name with a line end": {"classes": ["a\nb", "mel", "nv"]},
    "half a surrogate": {"classes": ["\ud800", "mel", "nv"]},
    "numbers as names": {"classes": [1, 2, 3]},
    "lists as names": {"classes": [["a"], ["b"], ["c"]]},
    "one text of names": {"classes": "abc"},
    "an object of names": {"classes": {"a": 1, "b": 2, "c": 3}},
    "no classes": {"classes": [], "taught": []},
    "null classes": {"classes": None},
    "too many classes": {"classes": [f"c{n}" for n in range(17)], "taught": [0] * 17},
    "too few taught": {"taught": [1]},
    "taught as text": {"taught": ["1", "2", "3"]},
    "one text of taught": {"taught": "123"},
    "taught without end": {"taught": [float("inf"), 0, 0]},
    "taught no number": {"taught": [float("nan"), 0, 0]},
    "taught beyond all counting": {"taught": [10**3000, 0, 0]},
    "front is a list": {"front": [FRONT]},
    "front is null": {"front": None},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_forged_header_with_a_right_hash_is_refused(saved: bytes, change: dict[str, Any]) -> None:
    header, body = unpacked(saved)
    check_refused(forge(header | change, body))
    check_refused(forge(header | change, b""))


@pytest.mark.parametrize("key", ["front", "spikes", "rule", "classes", "taught"])
def test_a_header_that_lacks_something_is_refused(saved: bytes, key: str) -> None:
    header, body = unpacked(saved)
    del header[key]
    check_refused(forge(header, body))


@pytest.mark.parametrize(
    "text",
    [
        b"[" * (MAX_HEADER_BYTES - 1),
        b'{"front":' * 1000,
        b"9" * (MAX_HEADER_BYTES - 1),
        b"1" * 4000,
        b'{"spikes":1e999}',
        b"null",
        b"[]",
        b"5",
        b'"front"',
        b"\xff\xfe\xfd",
        b"\xef\xbb\xbf{}",
        b" " * (MAX_HEADER_BYTES + 10),
        b"{" + b" " * (MAX_HEADER_BYTES - 10) + b"}",
    ],
    ids=lambda text: f"{len(text)} bytes, {text[:9]!r}",
)
def test_a_header_that_is_no_header_is_refused(saved: bytes, text: bytes) -> None:
    check_refused(forge(text, unpacked(saved)[1]))
    check_refused(forge(text, b""))


def test_a_forged_head_as_large_as_a_file_may_be_is_read_or_refused_at_once(saved: bytes) -> None:
    header, _ = unpacked(saved)
    for spikes, neurons in ((1, 100_000), (2, 50_000), (700_000, 8)):
        shape = {"spikes": spikes, "rule": [neurons, 1, 0.1, 1], "classes": ["a"], "taught": [0]}
        data = forge(header | shape, body_for(spikes, neurons))
        assert len(data) < MAX_FILE_BYTES
        tracemalloc.start()
        start = time.perf_counter()
        try:
            decode_head(data, FRONT)
        except HeadError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert time.perf_counter() - start < 2 * SECONDS
        assert peak < 4 * BYTES


def test_neurons_with_too_many_connections_or_impossible_counts_are_refused(
    head: Head, saved: bytes
) -> None:
    header, body = unpacked(saved)
    bits = -(-head.weights.size // 8)
    check_refused(forge(header, b"\xff" * bits + body[bits:]))
    check_refused(forge(header, bytes(bits) + body[bits:]))
    negative = np.full(9, -1, "<i4").tobytes()
    beyond = np.full(9, head.rule.connections + 1, "<i4").tobytes()
    thresholds, swaps = body[bits : bits + 36], body[bits + 36 :]
    check_refused(forge(header, body[:bits] + negative + swaps))
    check_refused(forge(header, body[:bits] + thresholds + negative))
    check_refused(forge(header, body[:bits] + thresholds + beyond))


def test_a_forged_head_of_another_shape_does_not_reach_the_engine(edge: EdgeModel) -> None:
    """With the right network and a right hash, but for fewer spikes."""
    learner, photo = EdgeLearner(edge), load_teaching_photos()[0].image
    data = encode_head(
        make_empty_head(edge.initial_head.spike_count // 2, edge.initial_head.rule, ("a", "b")),
        edge.front_sha256,
    )
    with pytest.raises(HeadError):
        learner.load(data)
    assert learner.head is edge.initial_head
    assert learner.recognize(photo).classes == edge.initial_head.classes


def test_a_missing_file_gets_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.head", tmp_path):
        with pytest.raises(HeadError, match=r"cannot be read: check its name\.$"):
            load_head(path, FRONT)


def test_an_endless_file_is_refused_at_once() -> None:
    start = time.perf_counter()
    with pytest.raises(HeadError, match="too large"):
        load_head(Path("/dev/zero"), FRONT)
    assert time.perf_counter() - start < SECONDS


# Interrupted saves


SAVE = """
import os, resource, signal, sys
from pathlib import Path
from qana.errors import UserError
from qana.edge_learning.head import add_class
from qana.edge_learning.head_files import load_head, save_head
path, front = Path(sys.argv[1]), sys.argv[2]
head = add_class(load_head(path, front), "new")
def kill(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)
def second_time(then):
    done = []
    def call(*arguments):
        done.append(1)
        return kill() if len(done) == 2 else then(*arguments)
    return call
{trap}
try:
    save_head(head, front, path)
except UserError as error:
    print(error)
"""
FULL = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
"""A write of more than 100 bytes then fails as on a full disk, or ends the process."""


def save_in_another_process(path: Path, trap: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SAVE.format(trap=trap), str(path), FRONT]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("trap", "signal_number"),
    [
        ("os.fsync = kill", signal.SIGKILL),
        ("os.fsync = second_time(os.fsync)", signal.SIGKILL),
        ("Path.replace = os.replace = os.rename = kill", signal.SIGKILL),
        (
            "Path.replace = second_time(Path.replace); os.replace = second_time(os.replace)",
            signal.SIGKILL,
        ),
        (f"signal.signal(signal.SIGXFSZ, signal.SIG_DFL); {FULL}", signal.SIGXFSZ),
    ],
    ids=["synced", "synced second", "renamed", "renamed second", "half written"],
)
def test_a_process_killed_in_a_save_leaves_the_head_that_was_there(
    head: Head, tmp_path: Path, trap: str, signal_number: int
) -> None:
    path = tmp_path / "my.head"
    save_head(head, FRONT, path)
    ran = save_in_another_process(path, trap)
    assert ran.returncode == -signal_number, ran.stderr
    assert load_head(path, FRONT).equals(head)
    before = path.with_name(path.name + BACKUP_SUFFIX)
    assert not before.exists() or load_head(before, FRONT).equals(head)
    assert not save_in_another_process(path, "").stderr
    assert load_head(path, FRONT).classes == (*head.classes, "new")
    assert load_head(before, FRONT).equals(head)


def fails_to_save(saving: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        saving()
    return str(caught.value)


def test_a_full_disk_leaves_the_previous_head(head: Head, tmp_path: Path) -> None:
    path = tmp_path / "my.head"
    save_head(head, FRONT, path)
    ran = save_in_another_process(path, FULL)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"The learned head cannot be saved as {path} (File too large)")
    assert ran.stdout.count("\n") == 1
    assert load_head(path, FRONT).equals(head)
    assert [file.name for file in tmp_path.iterdir()] == ["my.head"]


def test_a_read_only_folder_leaves_the_previous_head(head: Head) -> None:
    with TemporaryDirectory() as folder:  # other users cannot open tmp_path
        path = Path(folder) / "my.head"
        save_head(head, FRONT, path)
        path.parent.chmod(0o555)
        # Root may write anywhere, so another user saves.
        ran = save_in_another_process(path, "os.seteuid(65534) if os.geteuid() == 0 else None")
        path.parent.chmod(0o755)
        assert ran.returncode == 0, ran.stderr
        assert "(Permission denied), and any earlier file there is unchanged" in ran.stdout
        assert ran.stdout.count("\n") == 1
        assert load_head(path, FRONT).equals(head)
        assert [file.name for file in path.parent.iterdir()] == ["my.head"]


def test_an_invalid_folder_gets_an_error(head: Head, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    for path in (tmp_path / "none" / "my.head", tmp_path / "file" / "my.head", tmp_path / "folder"):
        sentence = fails_to_save(lambda path=path: save_head(head, FRONT, path))
        assert str(path) in sentence
        assert sentence.endswith("choose another place.")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder"]
