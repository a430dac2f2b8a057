"""Names of classes as a visitor reads and writes them; the head knows the seven by their code."""

import re

from qana.labels import BY_CODE

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def said(name: str) -> str:
    """A class's name in plain words."""
    return BY_CODE[name].name if name in BY_CODE else name


def written(text: str) -> str:
    """The same words where Markdown is read: names of classes and files are anyone's."""
    return _MARKS.sub(r"\\\1", text)


def meant(text: str) -> str:
    """The class that was typed: the code of one of the seven, or a name of the visitor's own."""
    typed = text.strip()
    names = {lesion.name.casefold(): code for code, lesion in BY_CODE.items()}
    return names.get(typed.casefold(), typed)
