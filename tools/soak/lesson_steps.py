"""Lists what a learner does on the page Convert: chapter by chapter, with choices at random."""

import random
from collections.abc import Callable, Iterator, Sequence

from tools.soak.client import Client

UPLOADER = "A photo of one lesion"
Step = tuple[str, Callable[[], object]]
"""Name of a step, and what the learner does."""
Act = Callable[[Client, random.Random], object]
"""A step within a chapter."""


def list_lesson_steps(
    client: Client, rng: random.Random, number: int, photo: bytes
) -> Iterator[Step]:
    """Lists the steps of one learner, without an end.

    Args:
        client: on the page Convert.
        rng: makes the choices.
        number: number of the learner, which gives the first chapter.
        photo: file of the learner's own photo.
    """
    yield "own photo", lambda: client.upload(photo, label=UPLOADER)
    chapters = client.page.list_options("button_group", "Chapter")
    at = number
    while chapters:
        option = chapters[at % len(chapters)]
        name = option.partition(". ")[2].lower()
        yield f"chapter {name}", lambda option=option: client.choose("Chapter", option)
        for act in _ACTIONS.get(name, ()):
            yield f"step in {name}", lambda act=act: act(client, rng)
        at += 1


def _pick(label: str) -> Act:
    """Makes a step that chooses an option of a row of buttons at random."""

    def act(client: Client, rng: random.Random) -> object:
        return client.choose(label, rng.choice(client.page.list_options("button_group", label)))

    return act


def _slide(label: str) -> Act:
    """Makes a step that moves a slider with options at random."""

    def act(client: Client, rng: random.Random) -> object:
        return client.slide(label, rng.choice(client.page.list_options("slider", label)))

    return act


def _slide_threshold(client: Client, rng: random.Random) -> object:
    labels = [one.label for one in client.page.find_all("slider") if "Steps for maps" in one.label]
    return _slide(rng.choice(labels))(client, rng)


def _reduce_blocks(client: Client, rng: random.Random) -> object:
    """Chooses a block of the exercise, where this photo has the task."""
    for group in client.page.find_all("button_group"):
        if group.label.startswith("Blocks with 8 bits"):
            return client.choose(group.label, rng.choice(group.options).content)
    return client.rerun()


def _answer_quiz(client: Client, rng: random.Random) -> object:
    """Hands a round in, or looks at the answers if it is handed in already."""
    radios = list(client.page.find_all("radio"))
    if not radios:
        return _pick("Round")(client, rng)
    return client.submit({one.id: rng.choice(one.options) for one in radios}, "Hand in")


_ACTIONS: dict[str, Sequence[Act]] = {
    "network": (_pick("Bars show"),),
    "breaking": (_pick("Block"), _pick("Form")),
    "bounding": (_slide("Layer, from the pixels on"), _pick("Bits of the activation")),
    "bits": (_pick("Bits of the weights"), _pick("Bits of the activations")),
    "spikes": (_pick("What travels"),),
    "chip": (_pick("Chip"),),
    "exercises": (
        _pick("Activation of the gate"),
        lambda client, rng: client.click("Convert and map"),
        lambda client, rng: client.choose("Exercise", "Find the lossy block"),
        _reduce_blocks,
        lambda client, rng: client.choose("Exercise", "Save events"),
        _slide_threshold,
        lambda client, rng: client.choose("Exercise", "Repair a block"),
    ),
    "quiz": (_answer_quiz,),
}
"""Name of a chapter to what a learner does there."""
