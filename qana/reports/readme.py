"""Fills the results of README.md from the files in models/: python -m qana.reports.readme"""

from pathlib import Path
from typing import Any

from qana.evaluation.result_files import read_explanations, read_learning, read_light, read_reports
from qana.inference.manifest import (
    AKIDA1,
    DEFAULT_MODEL,
    LARGE_MODEL,
    ModelEntry,
    find_entry,
    read_manifest,
)
from qana.reports.hardening_facts import hardening
from qana.reports.learning_facts import leaning, lesson_of_twenty, skeptics_at_twenty
from qana.reports.model_facts import larger, way, whole_steps

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- results: python -m qana.reports.readme -->", "<!-- end of results -->"
STAGES = {
    "float": "float network, Keras",
    "ptq": "8-bit, after quantization",
    "tuned": "8-bit, after quantization-aware training",
}
COLUMNS = ("accuracy", "balanced_accuracy", "macro_f1")


def results() -> str:
    """The Markdown of the results, every number from models/."""
    entry = find_entry(DEFAULT_MODEL)
    test, conversion = entry.metrics["lesion-test"], entry.record["conversion"]
    lines = [
        "| on the test lesions | accuracy | balanced accuracy | macro F1 |",
        "|---|---|---|---|",
    ]
    for stage, words in STAGES.items():
        numbers = " | ".join(f"{entry.metrics['stages'][stage][name]:.3f}" for name in COLUMNS)
        lines.append(f"| {words} | {numbers} |")
    spans = " | ".join(
        f"**{test[name]:.3f}** ({test['ci95'][name][0]:.3f} to {test['ci95'][name][1]:.3f})"
        for name in COLUMNS
    )
    lines.append(f"| **spiking network, Akida** (95 % interval over lesions) | {spans} |")
    recalls = ", ".join(
        f"{label} {values['recall']:.2f}" for label, values in test["per_class"].items()
    )
    passes = " and ".join(f"{count} on {name}" for name, count in conversion["passes"].items())
    lines += [
        "",
        f"{test['n']} photos; recall by class: {recalls}; AUC {test['auc']:.3f}; calibration error "
        f"{test['ece']:.3f}. {entry.parameters:,} parameters, {entry.macs / 1e6:.1f} million MACs, "
        f"{entry.weight_bits}-bit weights and activations; passes: {passes}. Against the quantized "
        f"Keras network: class equal on all of {conversion['check_photos']} validation photos, "
        f"logits equal to the last bit on {conversion['equal_logits']}; in each of the others, a "
        "float32 rounding tie of Keras moved one integer of a layer by one.",
    ]
    large = next((one for one in read_manifest() if one.name == LARGE_MODEL), None)
    if large:
        lines += ["", _larger(large, entry)]
    paper = read_reports().get("paper")
    if paper:
        leaky, honest = paper["test"], paper["same_network_lesion"]
        published = paper["published"]
        reached = all(leaky[name] >= value for name, value in published.items())
        lines += [
            "",
            f"By the paper's protocol, in which {paper['overlap']['own_source']:.0%} of the test "
            "images have their own source photo in training, one network by one recipe (no "
            f"teacher) reaches accuracy {leaky['accuracy']:.3f} and macro F1 "
            f"{leaky['macro_f1']:.3f} on Akida; by the lesion protocol {honest['accuracy']:.3f} "
            f"and {honest['macro_f1']:.3f} (`{paper['command']}`). The authors publish "
            f"{published['accuracy']:.3f} and {published['macro_f1']:.3f} for theirs, which is "
            f"{'reached' if reached else 'not reached'} here.",
        ]
    first = next((one for one in read_manifest() if one.target == AKIDA1), None)
    if first:
        lines += ["", _first_generation(first, entry)]
        learning = read_learning()
        if learning and learning["sha256"] == first.sha256:
            lines += ["", _learning(learning)]
    document = read_explanations()
    if document and document["sha256"] == entry.sha256:
        lines += ["", _explanations(document)]
    light = read_light()
    if light:
        lines += ["", _light(light)]
    if put_through := hardening():
        lines += ["", put_through]
    return "\n".join(lines)


def _larger(large: ModelEntry, small: ModelEntry) -> str:
    """The network that the deployed one was made from, in one paragraph."""
    passes = " and ".join(
        f"{count} on {name}" for name, count in large.record["conversion"]["passes"].items()
    )
    test = large.metrics["lesion-test"]
    return (
        f"**{large.name}** is {larger(large, small)} (accuracy {test['accuracy']:.3f}, balanced "
        f"accuracy {test['balanced_accuracy']:.3f}, macro F1 {test['macro_f1']:.3f}), with "
        f"{large.parameters:,} parameters and {large.macs / 1e6:.1f} million MACs; passes: "
        f"{passes} (`{large.record['command']}`)."
    )


def _light(measured: dict[str, Any]) -> str:
    """What the installation without TensorFlow and torch costs, in one sentence."""
    return (
        f"The light installation: {measured['install_s']:.0f} s to install, "
        f"{measured['disk_mb']} MB on disk, {measured['memory_mb']} MB of memory with every page "
        f"opened and a sample classified, on {measured['machine']} (`{measured['command']}`)."
    )


def _first_generation(first: ModelEntry, second: ModelEntry) -> str:
    """The model for chips that can be bought, in one paragraph."""
    test, conversion = first.metrics["lesion-test"], first.record["conversion"]
    placed = " and ".join(
        f"{name} in {passes} {'pass' if passes == 1 else 'passes'} on "
        f"{conversion['processors'][name]} neural processors"
        for name, passes in conversion["passes"].items()
    )
    lost = 100 * (second.metrics["lesion-test"]["macro_f1"] - test["macro_f1"])
    return (
        f"**{first.name}**, the model for AKD1000 and AKD1500, {first.weight_bits}-bit weights and "
        f"activations ({first.parameters:,} parameters, {first.macs / 1e6:.1f} million MACs): "
        f"accuracy {test['accuracy']:.3f}, balanced accuracy {test['balanced_accuracy']:.3f}, "
        f"macro F1 {test['macro_f1']:.3f} on the test lesions, on Akida; {lost:.1f} points of "
        f"macro F1 below {second.name}. Macro F1 on its way: {way(first)}. "
        f"{whole_steps(first)} It "
        f"lies entirely on {placed} (`{first.record['command']}`)."
    )


def _learning(report: dict[str, Any]) -> str:
    """How well the edge head learns, in one paragraph."""
    seven, twenty = report["seven_classes"], lesson_of_twenty(report)
    edge, dense = (seven[head]["balanced_accuracy"] for head in ("edge", "dense"))
    after = report["forgetting"]["every class"]
    return (
        f"**Learning on the device**, mean of {report['draws']} draws: its own learning layer "
        f"reaches balanced accuracy {edge['mean']:.3f} (deviation {edge['deviation']:.3f}) on the "
        f"seven classes, the dense head {dense['mean']:.3f}; {leaning(report)} A class left out "
        f"of it and learned from 20 lesions is recalled at {twenty['recall']:.2f} on unseen "
        f"lesions (chance {twenty['chance']:.2f}; {skeptics_at_twenty(report)}), and the others "
        f"lose {twenty['lost']:.1f} points of balanced accuracy; {len(after) - 1} updates in a row "
        f"move the seven classes from {after[0]['mean']:.3f} to {after[-1]['mean']:.3f} "
        f"(`{report['command']}`)."
    )


def _explanations(document: dict[str, Any]) -> str:
    """How far the map of Scan can be believed, in one paragraph."""
    ours, centre = (document["methods"][name] for name in ("Akida map", "Centre blob"))
    gains = document["against_centre"]["Akida map"]
    words = {"energy": "the share that lies on the lesion", "deletion": "deletion"}
    won = [name for score, name in words.items() if gains[score]["beats"]]
    verdict = f"beats the blob on {' and on '.join(won)}" if won else "does not beat the blob"
    return (
        f"The map of what spoke for an answer, on {document['lesions']:,} test lesions: "
        f"{ours['energy']['mean']:.2f} of it lies on the lesion, of a blob in the centre "
        f"{centre['energy']['mean']:.2f}; with its strongest places blurred away the class keeps "
        f"{ours['deletion']['mean']:.2f} of probability, with the blob's "
        f"{centre['deletion']['mean']:.2f}. It {verdict}, by whole 95 % intervals. With the head "
        f"shuffled its rank correlation falls to {document['sanity']['mean']:.2f} "
        f"(`{document['command']}`)."
    )


def filled(text: str) -> str:
    """`text` with what stands between the two marks replaced by `results()`."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{results()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
