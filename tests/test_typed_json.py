"""Many threads may read the first record of a kind at once."""

import subprocess
import sys

import msgspec
import pytest

from qana.typed_json import convert_record, decode_json

CODE = """
import dataclasses, sys, threading
from qana.typed_json import convert_record

sys.setswitchinterval(1e-6)
value = {"a": 1, "b": "x"}
for depth in range(5):
    value = {"a": 1, "b": "x", "c": {"d": value}, "e": [value]}
for number in range(100):
    kind = dataclasses.make_dataclass(f"Leaf{number}", [("a", int), ("b", str)])
    for depth in range(5):
        fields = [("a", int), ("b", str), ("c", dict[str, kind]), ("e", list[kind])]
        kind = dataclasses.make_dataclass(f"Kind{number}_{depth}", fields)
    together = threading.Barrier(8)

    def read() -> None:
        together.wait()
        convert_record(value, kind)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_eight_threads_that_read_a_new_kind_at_once_end_no_process() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_record_of_another_kind_is_refused() -> None:
    assert decode_json(b"[1, 2]", list[int]) == [1, 2]
    assert convert_record({"1": 2}, dict[int, int], has_text_keys=True) == {1: 2}
    with pytest.raises(msgspec.MsgspecError):
        decode_json(b'["a"]', list[int])
    with pytest.raises(msgspec.ValidationError):
        convert_record({"a": 1}, dict[str, str])


@pytest.mark.parametrize("record", [{"a": "\ud800"}, {"a": "x\udfff"}, {"a": ["\ud800"]}])
def test_half_a_surrogate_pair_is_a_wrong_value(record: dict) -> None:
    with pytest.raises(msgspec.ValidationError):
        convert_record(record, dict[str, int])
