"""Joins JavaScript modules into one script, which also runs where a page is opened as a file.

A browser loads no module of a page that was opened from a disk. The modules are ours and use few
forms: named imports from "./NAME.js", and exports in front of a declaration. Others are refused.
"""

import json
import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)"\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) )", re.MULTILINE)
DECLARED = re.compile(
    r"^export (?:async function|function|const|class) (?:(\w+)|\[([^\]]*)\])", re.MULTILINE
)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
ADDRESS = "import.meta.url"


class BundleError(ValueError):
    """A form of import or export that the bundle does not know; a fault of ours."""


def bundle_modules(sources: Mapping[str, str], entry: str, **constants: str) -> str:
    """Joins a module and all modules that it imports.

    Args:
        sources: file name of each module to its text.
        entry: file name of the module that is run.
        constants: name of a constant that the modules may read, to its text.

    Returns:
        A classic script.

    Raises:
        BundleError: a module has another form of import or export, or is missing.
    """
    order: list[str] = []
    _visit(sources, entry, order, ())
    lines = ['"use strict"', "const modules = {}"]
    lines += [f"const {name} = {_quote(value)}" for name, value in constants.items()]
    lines += [_wrap(name, sources[name]) for name in order]
    return "\n".join(["(() => {", *lines, "})()", ""])


def _visit(sources: Mapping[str, str], name: str, order: list[str], above: tuple[str, ...]) -> None:
    """Appends a module to the order, after those that it imports."""
    if name in order:
        return
    if name not in sources or name in above:
        raise BundleError(f"The module {name} is missing or imports itself.")
    for found in IMPORT.finditer(sources[name]):
        _visit(sources, found[2], order, (*above, name))
    order.append(name)


def _wrap(name: str, source: str) -> str:
    exported: list[str] = []
    for one, several in DECLARED.findall(source):
        exported += [one] if one else [part.strip() for part in several.split(",")]
    text = EXPORT.sub("", IMPORT.sub(_read_import, source))
    if left := OTHER.search(text):
        raise BundleError(f"The module {name} has an unknown form: {left[0]}")
    text = text.replace(ADDRESS, "document.baseURI")
    return f'modules["{name}"] = (() => {{\n{text}\nreturn {{ {", ".join(exported)} }}\n}})()'


def _read_import(found: re.Match[str]) -> str:
    names = ", ".join(part.strip().replace(" as ", ": ") for part in found[1].split(","))
    return f'const {{ {names} }} = modules["{found[2]}"]\n'


def _quote(text: str) -> str:
    """Writes a text as a string of JavaScript that may also stand inside of an HTML element."""
    return json.dumps(text).replace("</", "<\\/")
