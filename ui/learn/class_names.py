"""Translates class names between the head and the visitor.

The head knows the seven classes by their codes. The visitor reads and writes full names, and may
add classes under any name.
"""

from qana.classes import BY_CODE
from qana.edge_learning.class_names import make_class_name


def name_class(code: str) -> str:
    """Gives the full name of a class; a class of the visitor's own keeps its name."""
    return BY_CODE[code].name if code in BY_CODE else code


def parse_class_name(text: str) -> str:
    """Reads a class name that the visitor typed.

    Returns:
        The code of one of the seven classes, or a name of the visitor's own.
    """
    return make_class_name(text)
