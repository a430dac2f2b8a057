"""The command `qana bench`."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from qana.bench.command import RUNTIME_NAMES
from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    parse_path,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.inference.manifest import find_entry
from qana.network.keras_forms import silence_tensorflow
from qana.output_files import write_files

if TYPE_CHECKING:  # loading it takes the runtimes with it
    from qana.bench.bench_result import BenchResult

MOST_SECONDS, MOST_IMAGES = 3600, 1024
"""Other measurements wait for this one, and a batch must fit into memory."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_model_option(parser)
    parser.add_argument(
        "--seconds",
        type=float,
        default=5,
        metavar="N",
        help="seconds for each runtime and batch size (default: 5)",
    )
    parser.add_argument(
        "--runtimes",
        nargs="+",
        choices=RUNTIME_NAMES,
        default=list(RUNTIME_NAMES),
        metavar="NAME",
        help=f"runtimes to measure, of {', '.join(RUNTIME_NAMES)} (default: all)",
    )
    parser.add_argument(
        "--batches",
        nargs="+",
        type=int,
        default=[1, 16],
        metavar="N",
        help="batch sizes (default: 1 16)",
    )
    parser.add_argument(
        "--stream", action="store_true", help="print each event as one line of JSON"
    )
    parser.add_argument(
        "--neurobench",
        type=parse_path,
        metavar="FILE",
        help="also write NeuroBench's metrics to FILE, as its own harness saves them",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Measures each runtime of this machine and lists what cannot be measured, with the reason."""
    if not 0 < options.seconds <= MOST_SECONDS:
        raise UserError(f"Give --seconds above 0 and up to {MOST_SECONDS}.")
    if not all(1 <= batch <= MOST_IMAGES for batch in options.batches):
        raise UserError(f"Give --batches from 1 to {MOST_IMAGES}, such as --batches 1 16.")
    if options.neurobench:
        check_output_file(options.neurobench)
    silence_tensorflow()
    from qana.bench.run_bench import run_bench

    progress = _stream if options.stream else _print_progress
    runtimes, batches = dict.fromkeys(options.runtimes), dict.fromkeys(options.batches)
    try:
        entry = find_entry(options.model)
        result = run_bench(entry, [*runtimes], [*batches], options.seconds, progress)
    except UserError as error:
        progress("trouble", {"sentence": str(error)})
        raise
    except KeyboardInterrupt:
        print_message("Stopped.")
        return 130
    if options.neurobench and result.neurobench:
        text = json.dumps(result.neurobench.to_harness_json(), indent=4)
        write_files({options.neurobench: text.encode()})
    if options.stream:
        _stream("done", {"document": result.to_json()})
    elif options.json:
        print_json(result.to_json())
    else:
        _print_result(result)
    return 0


def _stream(kind: str, body: dict[str, Any]) -> None:
    """Prints one line of JSON for a program that reads the stream."""
    print(json.dumps({"kind": kind, **body}, allow_nan=False), flush=True)


def _print_progress(kind: str, body: dict[str, Any]) -> None:
    if kind == "waiting":
        print_message("Another measurement runs on this computer: waiting until it ends")
    elif kind == "loading":
        print_message(f"Loading {body['runtime']}")
    elif kind == "running":
        print_message(f"Measuring {body['runtime']}, batch {body['batch']}")
    elif kind == "missing":
        print_message(f"{body['name']}: {body['reason']}")


def _print_result(result: "BenchResult") -> None:
    for row in result.rows:
        time = f"{row.latency_ms.p50:9.2f} ms" if row.latency_ms else " " * 12
        used = f"{row.energy_mj.value:9.3f} mJ" if row.energy_mj else "not measured"
        print(f"{row.provenance:9} {time} {used}  {row.batch:3}  {row.runtime}, {row.device}")
        if reason := row.not_measurable:
            print(f"{'':9} {reason.reason} {reason.remedy}")
    for one in result.missing:
        print(f"{one.name}: {one.reason}")
    if counted := result.neurobench:
        print(
            f"NeuroBench: {counted.footprint_bytes:,} bytes, activation sparsity "
            f"{counted.activation_sparsity:.3f}, synaptic operations for each image: "
            f"Dense {counted.dense:,.0f}, Effective_MACs {counted.effective_macs:,.0f}, "
            f"Effective_ACs {counted.effective_acs:,.0f}"
        )
    if overhead := result.overhead:
        print(
            f"From photo to answer: {overhead.classifier_ms:.2f} ms, of this the engine "
            f"{overhead.engine_ms:.2f} ms (overhead {overhead.added:+.0%})"
        )
