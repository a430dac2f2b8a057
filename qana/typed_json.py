"""Turns JSON into typed records, also when several threads do it at once.

msgspec examines a type when it is used for the first time. Two threads that do so at once end the
whole process (a segmentation fault in msgspec 0.22), so that a fresh server would fall over when
two visitors come together. Here, one thread at a time uses it.
"""

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_lock = threading.Lock()


def decode_json(data: bytes, kind: type[T]) -> T:
    """Decodes a JSON document.

    Args:
        data: the document in UTF-8.
        kind: type of the record.

    Raises:
        msgspec.MsgspecError: it is no JSON, or none of this type.
        RecursionError: it is nested too deeply.
    """
    with _lock:
        return msgspec.json.decode(data, type=kind)


def convert_record(record: Any, kind: type[T], has_text_keys: bool = False) -> T:
    """Converts decoded JSON.

    Args:
        record: dictionaries, lists, texts and numbers.
        kind: type of the record.
        has_text_keys: whether keys that are no texts are written as such.

    Raises:
        msgspec.ValidationError: it is none of this type.
    """
    with _lock:
        try:
            return msgspec.convert(record, kind, str_keys=has_text_keys)
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold
            raise msgspec.ValidationError("a text is no Unicode") from None
