"""The models are as they were signed, and one changed bit anywhere is found."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from qana.bench.bench_result import BenchResult
from qana.bench.machine import describe_machine
from qana.bench.other_results import classify_result
from qana.edge_learning.head import HeadError
from qana.edge_learning.head_files import decode_head
from qana.errors import ModelError
from qana.inference.manifest import find_entry, read_manifest
from qana.inference.signature import SIGNATURE, read_signature
from qana.inference.signed_folder import (
    KEY,
    check_signed_folder,
    find_key,
    list_files,
    verify_folder,
)
from qana.resources import find_folder

MODELS = find_folder("models")
FILES = [path.relative_to(MODELS).as_posix() for path in list_files(MODELS)]
SIGN = "models/ has changed since it was signed: run `python -m qana sign` and commit its two files"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the models that another key has signed."""
    from qana.cli.sign import sign_folder

    copy = Path(shutil.copytree(MODELS, tmp_path_factory.mktemp("signed") / "models"))
    sign_folder(copy, copy.with_name("key.pem"))
    return copy


@pytest.fixture
def folder(signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signed folder for one test, whose key must have signed it. Its files are links."""
    copy = Path(shutil.copytree(signed, tmp_path / "models", copy_function=os.link))
    shutil.copy(signed.with_name("key.pem"), tmp_path)
    monkeypatch.setenv("QANA_MODELS", str(copy))
    monkeypatch.setenv("QANA_MODELS_KEY", str(tmp_path / "key.pem"))
    return copy


def replace(path: Path, data: bytes) -> None:
    path.unlink()  # a link to the file of all tests
    path.write_bytes(data)


def flip(data: bytes, place: int, bit: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def test_the_models_of_the_project_are_as_they_were_signed() -> None:
    try:
        verify_folder(MODELS, KEY)
    except ModelError as error:
        pytest.fail(f"{SIGN} ({error})")


def test_model_signing_itself_accepts_the_signature() -> None:
    from model_signing import verifying

    verifier = verifying.Config().use_elliptic_key_verifier(public_key=KEY)
    try:
        verifier.verify(MODELS, MODELS / SIGNATURE)
    except ValueError as error:
        pytest.fail(f"{SIGN} ({error})")


def test_the_project_holds_no_private_key() -> None:
    assert KEY.read_text().startswith("-----BEGIN PUBLIC KEY-----")
    kept = [path for path in MODELS.parent.glob("*/*") if path.suffix in (".pem", ".key")]
    assert kept == [KEY]


def test_a_signed_copy_is_accepted(folder: Path) -> None:
    assert read_manifest()
    assert verify_folder(folder, folder.parent / "key.pem") == len(
        [name for name in FILES if name != SIGNATURE]
    )


@pytest.mark.parametrize("name", FILES)
def test_one_changed_bit_in_any_file_is_found_at_load(name: str, folder: Path) -> None:
    read_manifest()
    data = (folder / name).read_bytes()
    for place, bit in ((0, 0), (len(data) // 2, 3), (len(data) - 1, 6)):
        replace(folder / name, flip(data, place, bit))
        with pytest.raises(ModelError, match=r"changed since it was signed|damaged|another key"):
            read_manifest()
    replace(folder / name, data)
    assert read_manifest()


def test_no_changed_bit_of_the_signature_passes(folder: Path) -> None:
    data = (folder / SIGNATURE).read_bytes()
    places = [*range(400), *range(400, len(data) - 200, 97), *range(len(data) - 200, len(data))]
    for place in places:
        replace(folder / SIGNATURE, flip(data, place, place % 7))
        with pytest.raises(ModelError):
            verify_folder(folder, folder.parent / "key.pem")


@pytest.mark.parametrize("name", ["akida2.fbz", "manifest.json", "studies/bits.json"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"^{name} is missing in the models folder: restore it"):
        read_manifest()


def test_a_file_that_nobody_signed_is_named(folder: Path) -> None:
    (folder / "studies" / "better.json").write_text("{}")
    with pytest.raises(ModelError, match=r"^studies/better.json in the models folder is not"):
        read_manifest()


def test_a_hidden_file_of_the_system_does_no_harm(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"1")
    assert read_manifest()


def test_a_missing_signature_gets_one_sentence(folder: Path) -> None:
    (folder / SIGNATURE).unlink()
    with pytest.raises(ModelError, match=r"^The models folder has no signature, model.sig: .*\.$"):
        read_manifest()


def test_the_signature_of_another_key_gets_one_sentence(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("QANA_MODELS_KEY", str(KEY))
    with pytest.raises(ModelError, match=r"^The models were signed with another key than models_k"):
        read_manifest()


def test_the_signature_of_another_folder_is_not_enough(folder: Path, monkeypatch) -> None:
    """The project's own signature in a folder with one file more."""
    replace(folder / SIGNATURE, (MODELS / SIGNATURE).read_bytes())
    monkeypatch.setenv("QANA_MODELS_KEY", str(KEY))
    (folder / "extra").touch()
    with pytest.raises(ModelError, match=r"is not signed|has changed|is missing"):
        read_manifest()


@pytest.mark.parametrize("content", [None, b"", b"no key", b"-----BEGIN PUBLIC KEY-----\nMFk="])
def test_a_missing_or_damaged_key_gets_one_sentence(folder: Path, content: bytes | None) -> None:
    key = folder.parent / "key.pem"
    key.unlink() if content is None else key.write_bytes(content)
    with pytest.raises(ModelError, match=r"^The public key of the models, key.pem, is missing or"):
        read_manifest()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"[" * 100_000, b"\xff", b"1"])
def test_a_signature_that_is_none_gets_one_sentence(folder: Path, content: bytes) -> None:
    replace(folder / SIGNATURE, content)
    with pytest.raises(ModelError, match=r"^The signature of the models, model.sig, is damaged"):
        read_manifest()


def test_ones_own_models_work_without_a_signature(folder: Path, monkeypatch) -> None:
    monkeypatch.delenv("QANA_MODELS_KEY")
    for name in (SIGNATURE, "light.json"):
        (folder / name).unlink()
        assert read_manifest()
    monkeypatch.delenv("QANA_MODELS")
    assert read_manifest(folder)


def test_the_models_of_the_project_need_its_key_and_others_the_one_that_is_named(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.delenv("QANA_MODELS", raising=False)
    assert find_key(MODELS) == KEY
    assert find_key(tmp_path) is None
    monkeypatch.setenv("QANA_MODELS_KEY", "other.pem")
    assert find_key(MODELS) == KEY
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    assert find_key(tmp_path) == Path("other.pem")
    assert find_key(tmp_path / "run") is None
    check_signed_folder(tmp_path / "run")


def test_the_networks_that_heads_and_results_name_are_signed(folder: Path) -> None:
    """So a head or a result of a network of another key is told apart by its SHA-256."""
    signed = set(read_signature(folder, folder.parent / "key.pem").values())
    for entry in read_manifest():
        assert entry.sha256 in signed
        result = BenchResult("a", entry.name, entry.sha256, entry.macs, describe_machine(), ())
        assert not classify_result(result, entry, {}).note
        other = dataclasses.replace(result, sha256="0" * 64)
        assert classify_result(other, entry, {}).note.startswith("It ran other weights")
    edge = find_entry("akd1000").record["edge"]
    assert {edge["sha256"], edge["head"]["sha256"]} <= signed
    head = (folder / edge["head"]["file"]).read_bytes()
    assert decode_head(head, edge["sha256"]).classes
    with pytest.raises(HeadError, match="learned with another network"):
        decode_head(head, "0" * 64)
