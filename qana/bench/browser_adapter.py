"""Names the adapter on which a browser computes, and recognizes a software adapter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SOFTWARE = (
    *("swiftshader", "llvmpipe", "lavapipe", "softpipe", "swrast"),
    *("microsoft basic render", "software", "apple cpu"),
)
"""Parts of the names of adapters that are programs on the processor, in lower case."""
ANGLE = re.compile(r"^ANGLE \((?P<parts>.*)\)$")
DETAILS = re.compile(
    r"(?i)\s*\((0x[0-9a-f]+|subzero|tm|r)\)|\bdirect3d.*$|\bopengl.*$|/pci.*$|,.*$"
)
UNKNOWN = "an adapter that the browser does not name"


@dataclass(frozen=True)
class Adapter:
    """An adapter as a browser describes it. Browsers leave fields empty to protect visitors.

    Attributes:
        vendor: WebGPU's vendor, such as "apple".
        architecture: WebGPU's architecture, such as "metal-3".
        device: WebGPU's device.
        description: WebGPU's description.
        renderer: WebGL's renderer, such as "ANGLE (Apple, ANGLE Metal Renderer: Apple M2, ...)".
        fallback: whether WebGPU calls it a fallback adapter.
    """

    vendor: str = ""
    architecture: str = ""
    device: str = ""
    description: str = ""
    renderer: str = ""
    fallback: bool = False

    @property
    def is_software(self) -> bool:
        """Whether the adapter is a program on the processor, and no GPU."""
        texts = (self.vendor, self.architecture, self.device, self.description, self.renderer)
        words = " ".join(texts).lower()
        return self.fallback or any(name in words for name in SOFTWARE)

    @property
    def name(self) -> str:
        """Name of the adapter, as far as the browser tells it."""
        return (
            self.description
            or _shorten_renderer(self.renderer)
            or " ".join(filter(None, (self.vendor, self.device or self.architecture)))
            or UNKNOWN
        )


def read_adapter(values: Mapping[str, object]) -> Adapter:
    """Reads an adapter from what a browser has sent. Texts are checked by the caller."""
    texts = {
        key: str(values.get(key) or "")
        for key in ("vendor", "architecture", "device", "description", "renderer")
    }
    return Adapter(**texts, fallback=values.get("fallback") is True)


def _shorten_renderer(renderer: str) -> str:
    """Takes the name of the hardware out of WebGL's renderer, which Chromium wraps in ANGLE (...).

    Chromium writes ANGLE (vendor, hardware, driver). The hardware may have parentheses and commas.
    """
    found = ANGLE.match(renderer)
    if found is None:
        return renderer.strip()
    vendor, _, rest = found["parts"].partition(", ")
    words = rest.removeprefix("ANGLE Metal Renderer: ")
    inner = re.search(r"\((SwiftShader [^(]*)", words)
    words = inner[1] if inner else DETAILS.sub("", words)
    return words.strip() or vendor
