"""Lists the readers that `tools.guided_fuzz` fuzzes, and runs one in a process of its own.

Nothing of qana that is to be counted may be imported here before atheris watches the imports.
"""

import hashlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qana.resources import ASSETS, find_folder

MODELS = find_folder("models")
SEED = 31
LONGEST = 20_000
"""Longest input, bytes."""
Reader = Callable[[bytes], object]


@dataclass(frozen=True)
class FuzzTarget:
    """A reader of the project.

    Attributes:
        packages: packages whose branches guide the run.
        make_reader: imports the reader and returns it.
        seeds: returns true inputs, from which the run starts.
    """

    packages: tuple[str, ...]
    make_reader: Callable[[], Reader]
    seeds: Callable[[], list[bytes]]


def _make_manifest_reader() -> Reader:
    from qana.inference.manifest import MANIFEST, read_manifest

    folder = Path(tempfile.mkdtemp())

    def read(data: bytes) -> object:
        (folder / MANIFEST).write_bytes(data)
        return read_manifest(folder)

    return read


def _make_signature_reader() -> Reader:
    from qana.inference.signature import SIGNATURE, read_signature
    from qana.inference.signed_folder import KEY

    folder = Path(tempfile.mkdtemp())

    def read(data: bytes) -> object:
        (folder / SIGNATURE).write_bytes(data)
        return read_signature(folder, KEY)

    return read


def _make_head_reader() -> Reader:
    from qana.edge_learning.head_files import MAGIC, decode_head

    def read(data: bytes) -> object:
        body = MAGIC + data  # behind its hash, which no change of an input would keep
        return decode_head(body + hashlib.sha256(body).digest(), "0" * 64)

    return read


def _make_result_reader() -> Reader:
    from qana.bench.result_files import format_csv, read_result

    return lambda data: format_csv(read_result(data))


def _make_table_reader() -> Reader:
    from qana.data.text_tables import parse_text_table

    return lambda data: parse_text_table(data, "labels.csv")


def _make_photo_reader() -> Reader:
    from qana.imaging import decode_image

    return decode_image


def _list_heads() -> list[bytes]:
    from qana.edge_learning.head_files import DIGEST_BYTES, MAGIC

    data = (MODELS / "akd1000.head").read_bytes()
    return [data[len(MAGIC) : -DIGEST_BYTES][:19_000]]


TARGETS = {
    "manifest": FuzzTarget(
        ("qana.inference",),
        _make_manifest_reader,
        lambda: [b'{"models": []}', (MODELS / "manifest.json").read_bytes()[:19_000]],
    ),
    "signature": FuzzTarget(
        ("qana.inference",),
        _make_signature_reader,
        lambda: [(MODELS / "model.sig").read_bytes()],
    ),
    "head": FuzzTarget(("qana.edge_learning",), _make_head_reader, _list_heads),
    "result": FuzzTarget(
        ("qana.bench",),
        _make_result_reader,
        lambda: [(ASSETS / "results" / "nvidia.json").read_bytes()[:19_000], b'{"rows": []}'],
    ),
    "table": FuzzTarget(
        ("qana.data",),
        _make_table_reader,
        lambda: [b"image_id,dx\nISIC_1,nv\n", b"\xef\xbb\xbfsep=;\r\nimage;MEL\r\nx;1.0\r\n"],
    ),
    "photo": FuzzTarget(
        ("qana.imaging",),
        _make_photo_reader,
        lambda: [(ASSETS / "samples" / "ISIC_0025904.jpg").read_bytes()[:19_000]],
    ),
}
"""Name of each reader."""


def run_reader(name: str, corpus: str, seconds: str, prefix: str) -> int:
    """Runs libFuzzer in this process. It ends the process itself.

    Args:
        name: key of `TARGETS`.
        corpus: folder of the first inputs.
        seconds: time.
        prefix: beginning of the file name of an input that fails.
    """
    import atheris

    with atheris.instrument_imports(include=list(TARGETS[name].packages)):
        from qana.errors import UserError

        read = TARGETS[name].make_reader()

    def run_input(data: bytes) -> None:
        try:
            read(data)
        except UserError as error:
            if len(str(error).splitlines()) != 1:
                raise AssertionError("the message is no single line") from error

    for seed in TARGETS[name].seeds():  # what is imported at first use takes its time here
        run_input(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-seed={SEED}"]
    options += ["-print_final_stats=1", f"-artifact_prefix={prefix}", "-timeout=60"]
    atheris.Setup([sys.argv[0], *options, corpus], run_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(run_reader(*sys.argv[1:]))
