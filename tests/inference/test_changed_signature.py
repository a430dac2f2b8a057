"""Signature files with changed structure: no change passes, and each gets one sentence."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.errors import ModelError
from qana.inference.signature import SIGNATURE, read_signature
from tests.doubles.changed_documents import (
    change_document,
    check_sentence,
    encode_document,
    nest_deeply,
)
from tests.inference.test_signature import DIGEST, Signer, make_statement

STATEMENT = make_statement()


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("models"))


def read(signer: Signer) -> dict[str, str] | None:
    """Reads the signature; None where it is refused with one sentence."""
    try:
        return read_signature(signer.folder, signer.key_file)
    except ModelError as error:
        check_sentence(error)
        return None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(data=st.data())
def test_no_change_of_a_bundle_passes(signer: Signer, data: st.DataObject) -> None:
    signer.sign(STATEMENT)
    assert read(signer) == {"a.fbz": DIGEST}
    bundle = json.loads((signer.folder / SIGNATURE).read_bytes())
    changed = data.draw(change_document(bundle))
    (signer.folder / SIGNATURE).write_bytes(encode_document(changed))
    assert (read(signer) is None) == (changed != bundle)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(changed=change_document(STATEMENT))
@example(changed=STATEMENT | {"predicate": []})
def test_a_signed_statement_of_another_form_is_refused(signer: Signer, changed: Any) -> None:
    signer.sign(changed)
    found = read(signer)
    if found is not None:
        assert all(isinstance(one, str) for pair in found.items() for one in pair)
        resources = changed["predicate"]["resources"]
        assert len(found) == len({one["name"] for one in resources})
        assert {one["algorithm"] for one in resources} <= {"sha256"}


def test_a_bundle_that_is_nested_too_deeply_is_refused(signer: Signer) -> None:
    (signer.folder / SIGNATURE).write_bytes(nest_deeply(STATEMENT, "dsseEnvelope"))
    assert read(signer) is None
