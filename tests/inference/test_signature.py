"""A signature file that its key has signed, but that holds something else than it should."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from qana.errors import ModelError
from qana.inference.signature import (
    MEDIA_TYPE,
    MOST_BYTES,
    PAYLOAD_TYPE,
    PREDICATE_TYPE,
    SIGNATURE,
    STATEMENT_TYPE,
    read_fingerprint,
    read_signature,
)

DIGEST = "0" * 64
DAMAGED = r"^The signature of the models, model.sig, is damaged"


def make_statement() -> dict[str, Any]:
    return {
        "_type": STATEMENT_TYPE,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {"method": "files"},
            "resources": [{"name": "a.fbz", "algorithm": "sha256", "digest": DIGEST}],
        },
    }


class Signer:
    """Signs statements with a key of its own, in the form of model-signing."""

    def __init__(self, folder: Path, curve: ec.EllipticCurve | None = None) -> None:
        self.folder, self.key_file = folder, folder / "key.pem"
        self.key = ec.generate_private_key(curve or ec.SECP256R1())
        self.text = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_file.write_bytes(self.text)

    def sign(self, statement: Any, **changes: Any) -> None:
        payload = json.dumps(statement).encode()
        head = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode()
        signed = self.key.sign(head + payload, ec.ECDSA(hashes.SHA256()))
        hint = changes.pop("hint", hashlib.sha256(self.text).hexdigest())
        bundle = {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(signed).decode(), "keyid": ""}],
            },
        }
        (self.folder / SIGNATURE).write_text(json.dumps(bundle | changes))

    def read(self) -> dict[str, str]:
        return read_signature(self.folder, self.key_file)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


def test_what_it_should_hold_is_read(signer: Signer) -> None:
    signer.sign(make_statement())
    assert signer.read() == {"a.fbz": DIGEST}
    assert read_fingerprint(signer.key_file) == hashlib.sha256(signer.text).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": "https://model_signing/Digests/v0.1"},
        {"predicate": {}},
        {"predicate": {"serialization": {"method": "shards"}, "resources": []}},
        {
            "predicate": {
                "serialization": {"method": "files"},
                "resources": [{"name": "a.fbz", "algorithm": "blake3", "digest": DIGEST}],
            }
        },
    ],
    ids=["statement", "predicate type", "empty", "shards", "another hash"],
)
def test_a_signed_statement_of_another_kind_is_refused(signer: Signer, change: Any) -> None:
    signer.sign(make_statement() | change)
    with pytest.raises(ModelError, match=DAMAGED):
        signer.read()


@pytest.mark.parametrize("statement", [[], None, 1, "text"])
def test_a_signed_payload_that_is_no_statement_is_refused(signer: Signer, statement: Any) -> None:
    signer.sign(statement)
    with pytest.raises(ModelError, match=DAMAGED):
        signer.read()


@pytest.mark.parametrize("change", [{"mediaType": "other"}, {"more": 1}, {"hint": "0" * 64}])
def test_a_bundle_of_another_form_is_refused(signer: Signer, change: dict[str, Any]) -> None:
    signer.sign(make_statement(), **change)
    with pytest.raises(ModelError, match=DAMAGED):
        signer.read()


def test_spare_bits_of_base64_must_be_zero(signer: Signer) -> None:
    """Otherwise a changed bit of the file would decode to the same bytes."""
    for _ in range(50):  # until a signature ends with spare bits
        signer.sign(make_statement())
        bundle = json.loads((signer.folder / SIGNATURE).read_text())
        sig = bundle["dsseEnvelope"]["signatures"][0]["sig"]
        if sig.endswith("="):
            break
    last = len(sig.rstrip("=")) - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(sig[last]) ^ 1]
    changed = sig[:last] + other + sig[last + 1 :]
    assert base64.b64decode(changed) == base64.b64decode(sig)
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = changed
    (signer.folder / SIGNATURE).write_text(json.dumps(bundle))
    with pytest.raises(ModelError, match=DAMAGED):
        signer.read()


def test_a_file_that_is_too_large_is_not_parsed(signer: Signer) -> None:
    signer.sign(make_statement())
    path = signer.folder / SIGNATURE
    path.write_text(path.read_text() + " " * MOST_BYTES)
    with pytest.raises(ModelError, match=DAMAGED):
        signer.read()


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other_curve = Signer(tmp_path, ec.SECP384R1())
    other_curve.sign(make_statement())
    with pytest.raises(ModelError, match=r"^The public key of the models, key.pem, is missing or"):
        other_curve.read()
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    encoded = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    other_curve.key_file.write_bytes(edwards.public_bytes(*encoded))
    with pytest.raises(ModelError, match=r"^The public key of the models"):
        other_curve.read()
