"""python -m qana COMMAND; `python -m qana --help` lists them.

Exit codes: 0 done, 1 a fault of ours, 2 wrong use or unreadable input.
"""

import argparse
import sys
from pathlib import Path

from qana.bench.names import RUNTIME_NAMES
from qana.commands.common import say
from qana.errors import UserError, told_if_left_out
from qana.spiking.names import AKIDA1, DEFAULT_MODEL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m qana", description="Skin lesions on Akida.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str, json: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        if json:
            added.add_argument("--json", action="store_true", help="one JSON document on stdout")
        return added

    command("models", "What is in the models folder.", json=True)

    predict = command("predict", "Classify photos on Akida.", json=True)
    predict.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    predict.add_argument("--model", default=DEFAULT_MODEL)
    predict.add_argument(
        "--raw", action="store_true", help="also give the logits; classify whatever can be read"
    )

    evaluate = command("evaluate", "Run the Akida model over a labelled folder.", json=True)
    evaluate.add_argument("--images", type=Path, required=True, metavar="DIR")
    evaluate.add_argument("--labels", type=Path, required=True, metavar="CSV")
    evaluate.add_argument("--model", default=DEFAULT_MODEL)
    evaluate.add_argument("--subset", choices=("lesion-test",), help="held-out lesions only")
    evaluate.add_argument(
        "--abstain",
        action="store_true",
        help="leave out what is spoilt, no dermatoscopic lesion, or too unsure",
    )

    train = command("train", "Train, quantize, tune, convert, check and publish a model.")
    train.add_argument("--data", type=Path, required=True, metavar="DIR", help="HAM10000 folder")
    train.add_argument("--recipe", default=DEFAULT_MODEL)
    train.add_argument("--out", type=Path, metavar="DIR", help="models folder (default: models/)")
    train.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="folder for checkpoints"
    )

    convert = command("convert", "Convert a quantized Keras model to .fbz, with every check.")
    convert.add_argument("--model", required=True)
    convert.add_argument("--out", type=Path, metavar="FILE", help="where to write the .fbz")
    convert.add_argument(
        "--data", type=Path, metavar="DIR", help="HAM10000 folder: check on its validation photos"
    )

    gate = command("gate", "Fit what a model turns away: pictures of no lesion, unsure answers.")
    gate.add_argument("--data", type=Path, required=True, metavar="DIR", help="HAM10000 folder")
    gate.add_argument("--model", default=DEFAULT_MODEL)
    gate.add_argument(
        "--phone", type=Path, metavar="DIR", help="also count how many of these phone photos pass"
    )

    explain = command("explain", "Measure how far each explanation can be believed.", json=True)
    explain.add_argument("--data", type=Path, required=True, metavar="DIR", help="HAM10000 folder")
    explain.add_argument("--model", default=DEFAULT_MODEL)
    explain.add_argument(
        "--photos", type=int, default=0, metavar="N", help="test lesions, one photo each; 0: all"
    )
    explain.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR")

    study = command("study", "Make the table of a comparison, training what it needs.", json=True)
    study.add_argument(
        "name",
        choices=(
            *("levers", "teachers", "larger", "batch", "bits"),
            *("ablation", "baselines", "seeds", "narrow"),
        ),
    )
    study.add_argument("--data", type=Path, required=True, metavar="DIR", help="HAM10000 folder")
    study.add_argument("--out", type=Path, metavar="DIR", help="models folder (default: models/)")
    study.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR")

    _protocol_options(command("protocol", "Judge by a protocol and write its report.", json=True))
    _edge_options(command("edge", "Give a model for Akida 1.0 the head that learns."))
    _learn_options(
        command("learn", "Teach the head of a model, on the device, from photos.", json=True)
    )
    _bench_options(
        command("bench", "Latency and energy of every runtime on this machine.", json=True)
    )

    handout = command("handout", "One page for a class: from pixels to spikes, as PDF.")
    handout.add_argument("--out", type=Path, default=Path("qana-handout.pdf"), metavar="FILE")
    handout.add_argument(
        "--image", type=Path, metavar="FILE", help="photo to show (default: a sample melanoma)"
    )
    handout.add_argument("--model", default=DEFAULT_MODEL)
    return parser


def _protocol_options(protocol: argparse.ArgumentParser) -> None:
    protocol.add_argument("name", choices=("lesion", "paper", "clinical", "learning"))
    protocol.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="HAM10000; clinical: PAD-UFES-20"
    )
    protocol.add_argument(
        "--phone", type=Path, metavar="DIR", help="PAD-UFES-20 folder, for learning"
    )
    protocol.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR")
    protocol.add_argument("--model", help=f"default: {DEFAULT_MODEL}; learning: {AKIDA1}")


def _edge_options(edge: argparse.ArgumentParser) -> None:
    edge.add_argument("--data", type=Path, required=True, metavar="DIR", help="HAM10000 folder")
    edge.add_argument("--model", default=AKIDA1)
    edge.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR")


def _learn_options(learn: argparse.ArgumentParser) -> None:
    learn.add_argument("--images", type=Path, metavar="DIR", help="learn these: a folder per class")
    learn.add_argument("--test", type=Path, metavar="DIR", help="then recognize these, likewise")
    learn.add_argument(
        "--head",
        type=Path,
        default=Path("learned.head"),
        metavar="FILE",
        help="learned head to go on with and to save; made if missing",
    )
    learn.add_argument("--undo", action="store_true", help="first take the last run back")
    learn.add_argument("--model", default=AKIDA1)


def _bench_options(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("--model", default=DEFAULT_MODEL)
    bench.add_argument(
        "--seconds", type=float, default=5, metavar="N", help="for each runtime and batch size"
    )
    bench.add_argument(
        "--runtimes", nargs="+", choices=RUNTIME_NAMES, default=list(RUNTIME_NAMES), metavar="NAME"
    )
    bench.add_argument(
        "--batches", nargs="+", type=int, default=[1, 16], metavar="N", help="images at once"
    )
    bench.add_argument(
        "--stream", action="store_true", help="tell all that happens, one JSON document a line"
    )


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    options = _parser().parse_args(arguments)
    # Each command is imported when it is asked for: classifying must not load TensorFlow.
    from importlib import import_module

    try:
        with told_if_left_out():
            return import_module(f"qana.commands.{options.command}").run(options)
    except UserError as error:
        say(str(error))
        return 2
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        say("Stopped; given again, the same command goes on from what it had saved.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
