"""Verifies a signature file of OpenSSF model-signing with the package cryptography alone.

The file is a Sigstore bundle: one JSON object with a DSSE envelope. Its payload is an in-toto
statement with the SHA-256 of each file. Formats:
https://github.com/sigstore/model-transparency (model-signing 1.x),
https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md,
https://docs.sigstore.dev/about/bundle.

`qana sign` writes the file with the package model-signing, which is too large for the light
version: it would install 30 packages more.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from qana.errors import ModelError

SIGNATURE = "model.sig"
"""Name of the signature file in a models folder."""
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
MOST_BYTES = 1_000_000
"""Size limit of a signature file. One of 50 files has 15,000 bytes."""


def read_signature(folder: Path, key: Path) -> dict[str, str]:
    """Reads which files of a models folder a key has signed. The files themselves are not read.

    Args:
        folder: models folder.
        key: PEM file of the public key.

    Returns:
        The SHA-256 of each signed file, 64 hex digits, by its path in the folder with forward
        slashes.

    Raises:
        ModelError: the signature or the key is missing or damaged, or the signature was made with
            another key.
    """
    public_key, fingerprint = _load_key(key)
    try:
        with (folder / SIGNATURE).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        raise ModelError(
            f"The models folder has no signature, {SIGNATURE}: restore it from the repository, or, "
            "if these are your own models, sign them with `python -m qana sign` or name their "
            "folder in QANA_MODELS."
        ) from None
    try:
        hint, payload, signature = _split_bundle(data)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise ModelError(_describe_damage()) from None
    if not _is_signed(public_key, signature, payload):
        # The hint is not signed itself, so it only chooses the sentence.
        raise ModelError(_describe_damage() if hint == fingerprint else _describe_other(key))
    try:
        if hint != fingerprint:
            raise ValueError
        return _read_statement(payload)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(_describe_damage()) from None


def read_fingerprint(key: Path) -> str:
    """Reads the fingerprint of a public key: the SHA-256 of its PEM text, 64 hex digits.

    Raises:
        ModelError: the key is missing or damaged.
    """
    return _load_key(key)[1]


def _load_key(path: Path) -> tuple[Any, str]:
    """Loads a public key and computes its fingerprint."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise ValueError
    except Exception:  # cryptography raises many kinds; the user needs one sentence
        raise ModelError(
            f"The public key of the models, {path.name}, is missing or damaged: restore it from "
            "the repository."
        ) from None
    text = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key, hashlib.sha256(text).hexdigest()


def _is_signed(key: Any, signature: bytes, payload: bytes) -> bool:
    """Returns whether the DSSE signature of a payload is one of the key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    head = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode()
    try:
        key.verify(signature, head + payload, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _split_bundle(data: bytes) -> tuple[str, bytes, bytes]:
    """Splits a bundle into the key's fingerprint, the payload and the signature.

    The rest of the bundle must be as model-signing writes it, so that no changed bit passes.
    """
    if len(data) > MOST_BYTES:
        raise ValueError
    bundle = json.loads(data)
    hint = bundle["verificationMaterial"]["publicKey"]["hint"]
    envelope = bundle["dsseEnvelope"]
    payload, signature = envelope["payload"], envelope["signatures"][0]["sig"]
    expected = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": payload,
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": signature, "keyid": ""}],
        },
    }
    if bundle != expected:
        raise ValueError
    return str(hint), _decode(payload), _decode(signature)


def _decode(text: str) -> bytes:
    """Decodes Base64. Its last character has spare bits, which must be zero."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError
    return data


def _read_statement(payload: bytes) -> dict[str, str]:
    statement = json.loads(payload)
    predicate = statement["predicate"]
    if (statement["_type"], statement["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise ValueError
    if predicate["serialization"]["method"] != "files":
        raise ValueError
    resources = predicate["resources"]
    if any(one["algorithm"] != "sha256" for one in resources):
        raise ValueError
    return {str(one["name"]): str(one["digest"]) for one in resources}


def _describe_damage() -> str:
    return f"The signature of the models, {SIGNATURE}, is damaged: restore it from the repository."


def _describe_other(key: Path) -> str:
    return (
        f"The models were signed with another key than {key.name}: restore the models and the key "
        "from the same version of the repository, or give the key of whoever signed them in "
        "QANA_MODELS_KEY."
    )
