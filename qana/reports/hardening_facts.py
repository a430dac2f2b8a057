"""What the app was put through, in words: load, memory, faults, mutated input, a day at a booth."""

from typing import Any

from qana.evaluation.result_files import read_hardening


def hardening() -> str | None:
    """One paragraph for README from models/hardening/; None where a run was not made yet.

    Raises:
        ReportError: a result file is damaged.
    """
    soak, faults, fuzz, booth = map(read_hardening, ("soak", "faults", "fuzz", "booth"))
    if not (soak and faults and fuzz):
        return None
    parts = (_load(soak), _memory(soak), _faults(faults), _fuzz(fuzz))
    return " ".join((*parts, _booth(booth)) if booth else parts)


def _load(soak: dict[str, Any]) -> str:
    load = soak["load"]
    low, high = load["think_s"]
    return (
        f"**Under load**: {load['visitors']} visitors at once for {load['seconds'] / 60:.0f} "
        f"minutes, each looking {low:.0f} to {high:.0f} s at an answer: {load['scans']} answers, "
        f"{load['wrong_answers']} of them wrong, 95 % of them after at most "
        f"{load['to_the_verdict_s']['p95']:.1f} s, on {soak['machine']}."
    )


def _memory(soak: dict[str, Any]) -> str:
    memory = soak["memory"]
    return (
        f"Memory over {memory['scans']:,} scans by visitors who come and go: "
        f"{memory['memory_mb'][0]} MB at their beginning, {memory['memory_mb'][-1]} MB at their "
        f"end, {memory['growth_by_line']:+.1%} by a fitted line (`{soak['command']}`)."
    )


def _faults(faults: dict[str, Any]) -> str:
    findings = [found for found in faults.values() if isinstance(found, dict)]
    sentences = [held for found in findings for held in found.values()]
    return (
        "The process killed, the disk full, the model file replaced, the chip unplugged (a "
        "double), uploads beyond their limit, and a search of disk, log and open files for "
        f"visitors' photos: {sum(map(bool, sentences))} of {len(sentences)} statements hold "
        f"(`{faults['command']}`)."
    )


def _fuzz(fuzz: dict[str, Any]) -> str:
    worst, failures = fuzz["worst"], len(fuzz["failures"])
    return (
        f"{fuzz['inputs']:,} mutated photos, models, heads, results, tables and addresses: "
        f"{failures or 'no'} failure{'' if failures == 1 else 's'}, the slowest took "
        f"{worst['slowest_s']:.1f} s, the most memory was {worst['peak_mb']:.0f} MB "
        f"(`{fuzz['command']}`)."
    )


def _booth(booth: dict[str, Any]) -> str:
    show, visits = booth["show"], booth["visits"]
    page, server = show["page"], show["server"]
    return (
        f"A booth's {show['hours']:g} hours, the clock of its show {show['faster']:g} times as "
        f"fast: {show['scenes']:,} scenes, the window loaded {show['loads']} times, the page holds "
        f"{page['heap_mb'][0]:.0f} MB after the first quarter and {page['heap_mb'][-1]:.0f} MB at "
        f"the end, its process up to {max(show['renderer_mb']):,} MB with all decoded pictures, "
        f"the server {server['memory_mb'][0]} and {server['memory_mb'][-1]} MB; "
        f"{visits['nothing_left']} of "
        f"{visits['visits']} visitors who walked away left nothing behind (`{booth['command']}`)."
    )
