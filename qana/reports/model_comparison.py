"""Compares the deployed models: a table, and sentences about their differences."""

from qana.evaluation.model_record import Conversion, read_record
from qana.inference.manifest import ModelEntry
from qana.reports.model_facts import HEADLINES, Row, format_with_interval

STAGE_NAMES = {
    "float": "float",
    "ptq": "after rounding each weight to its nearest level",
    "solved": "after layer-wise rounding (GPTQ)",
    "tuned": "after quantization-aware training",
}


def make_model_table(*entries: ModelEntry) -> list[Row]:
    """Makes one row per model: its costs, and its scores on the test lesions."""
    rows = []
    for entry in entries:
        record = read_record(entry)
        test = record.metrics.lesion_test
        melanoma = test.per_class["mel"].recall
        rows.append(
            {
                "Model": entry.name,
                "Bits": f"{entry.weight_bits} / {entry.activation_bits}",
                "Parameters": f"{entry.parameters:,}",
                "MACs": f"{entry.macs / 1e6:.1f} million",
                "Passes": ", ".join(
                    f"{name} {passes}" for name, passes in record.conversion.passes.items()
                ),
                **{
                    words: format_with_interval(
                        getattr(test, key), getattr(test.ci95, key), digits=3
                    )
                    for key, words in HEADLINES.items()
                },
                "Melanomas found": format_with_interval(melanoma, None),
            }
        )
    return rows


def compare_with_small(large: ModelEntry, small: ModelEntry) -> str:
    """Describes in two sentences what a network gains over the one narrowed from it."""
    theirs, ours = (read_record(entry).metrics.lesion_test for entry in (large, small))
    gain = 100 * (theirs.macro_f1 - ours.macro_f1)
    (low, high), (least, most) = theirs.ci95.macro_f1, ours.ci95.macro_f1
    overlap = low < most and least < high
    return (
        f"{small.name} has fewer and smaller feature maps in its first layers, and so fewer "
        "activations that can be events. On the test lesions, on Akida, the macro F1 of "
        f"{large.name} is {abs(gain):.1f} points "
        f"{'higher' if gain > 0 else 'lower'}."
        f"{' The 95 % intervals overlap, so this can be chance.' if overlap else ''}"
    )


def describe_stages(entry: ModelEntry) -> str:
    """Lists macro F1 on the test lesions stage by stage, such as "0.721 float, 0.671 on Akida"."""
    metrics = read_record(entry).metrics
    parts = [
        f"{metrics.stages[stage].macro_f1:.3f} {words}"
        for stage, words in STAGE_NAMES.items()
        if stage in metrics.stages
    ]
    return ", ".join([*parts, f"{metrics.lesion_test.macro_f1:.3f} on Akida"])


def describe_akida1_rounding(conversion: Conversion) -> str:
    """Describes in three sentences how a model for Akida 1.0 matches its Keras form."""
    return (
        "Akida 1.0 rounds half of a quantization step up to a whole threshold and cuts the step "
        f"to sixteenths. With this rounding in Keras, {conversion.equal_logits:,} of "
        f"{conversion.check_photos:,} validation photos get identical logits in Keras and on "
        f"Akida. With the usual rounding of Keras, {conversion.other_class} of them get another "
        "class."
    )


def describe_keras_agreement(conversion: Conversion) -> str:
    """Describes in two sentences how a model for Akida 2.0 matches its quantized Keras form."""
    differing = conversion.check_photos - conversion.equal_logits
    ties = (
        " In each of the others, a float32 rounding tie in Keras changes one integer of one layer "
        "by one."
        if differing
        else ""
    )
    return (
        f"On {conversion.check_photos:,} validation photos, Akida and the quantized Keras network "
        f"agree on every class and give identical logits for {conversion.equal_logits:,} photos."
        f"{ties}"
    )


def describe_mapping(conversion: Conversion) -> str:
    """Lists passes and neural processors by device, such as "AKD1000 in 1 pass on 79 ..."."""
    return " and ".join(
        f"{name} in {passes} {'pass' if passes == 1 else 'passes'} on "
        f"{conversion.processors[name]} neural processors"
        for name, passes in conversion.passes.items()
    )
