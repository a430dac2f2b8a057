"""An ONNX graph of integers carried in float32, node by node."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from qana.errors import UserError


class TwinError(UserError):
    """This Akida network has no dense twin."""


@dataclass(frozen=True)
class Signal:
    """A tensor of integers in the graph.

    Attributes:
        name: of the tensor, (N, C, H, W) float32.
        low: no value is smaller; at most 0.
        high: no value is greater; at least 0.
    """

    name: str
    low: int
    high: int


@dataclass
class Graph:
    """Nodes and constants so far, in order.

    Attributes:
        nodes: operators of ONNX.
        constants: arrays that they read.
    """

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, values: np.ndarray) -> str:
        """Stores an array and returns its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def per_channel(self, values: np.ndarray, dtype: type[np.floating] = np.float32) -> str:
        """Stores (C,) values so that they act on (N, C, H, W), and returns their name."""
        return self.constant(np.asarray(values, dtype).reshape(1, -1, 1, 1))

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Appends one operator and returns the name of its output, given or made up."""
        name = name or f"node_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def clip(self, source: str, low: int, high: int, name: str = "") -> str:
        """Appends a cut to low and high, and returns the name of its output."""
        bounds = [self.constant(np.array(bound, np.float32)) for bound in (low, high)]
        return self.add("Clip", source, *bounds, name=name)
