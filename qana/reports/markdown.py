"""Wraps the prose of generated Markdown files."""

import re
import textwrap

WIDTH = 100
"""Characters in a line, as in the code."""
_NOT_PROSE = ("#", "|", "<!--", "```")
_ITEM = re.compile(r"(- |\*\*)")
_CODE = re.compile(r"`[^`\n]*`")
_SPACE_IN_CODE = "\0"


def wrap_prose(text: str, width: int = WIDTH) -> str:
    """Wraps paragraphs and list items, and leaves headings and tables unchanged.

    Args:
        text: Markdown without indented or fenced code.
        width: most characters in a line. A longer word or code span keeps a line of its own.

    Returns:
        The Markdown, with the same words.
    """
    wrapped: list[str] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        ends = not line.strip() or line.startswith(_NOT_PROSE) or _ITEM.match(line)
        if ends and paragraph:
            wrapped += _wrap(" ".join(paragraph), width)
            paragraph = []
        if not line.strip() or line.startswith(_NOT_PROSE):
            wrapped.append(line)
        else:
            paragraph.append(line.strip())
    return "\n".join(wrapped[:-1]) + "\n"


def _wrap(paragraph: str, width: int) -> list[str]:
    joined = _CODE.sub(lambda code: code[0].replace(" ", _SPACE_IN_CODE), paragraph)
    lines = textwrap.wrap(
        joined,
        width,
        subsequent_indent="  " if paragraph.startswith("- ") else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_SPACE_IN_CODE, " ") for line in lines]
