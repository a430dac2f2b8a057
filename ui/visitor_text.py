"""Shows texts that a visitor chose, such as the name of a class or of a file, as they are.

Streamlit reads most texts as Markdown. A file may be called `*new*_[1].csv`, and a name that is
read as Markdown loses its signs, or puts a link or a formula on the page.
"""

import re

from qana.classes import BY_CODE

MARKDOWN_CHARACTERS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")
"""Signs with a meaning in Streamlit's Markdown, with its formulas, colours and icons."""


def escape_markdown(text: str) -> str:
    """Escapes a text for Markdown.

    Args:
        text: any text.

    Returns:
        The text with a backslash before each sign that Markdown would read. Markdown shows it as
        the text was.
    """
    return MARKDOWN_CHARACTERS.sub(r"\\\1", text)


def name_class(code: str) -> str:
    """Gives the full name of a class; a class of the visitor's own keeps its name."""
    return BY_CODE[code].name if code in BY_CODE else code
