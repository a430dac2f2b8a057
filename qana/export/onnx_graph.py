"""Builds an ONNX graph node by node, for integers that are held in float32."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper


@dataclass(frozen=True)
class Signal:
    """A tensor of integers in the graph, with the range of its values.

    Attributes:
        name: name of the tensor, (N, C, H, W) float32.
        low: lower bound of all values, at most 0.
        high: upper bound of all values, at least 0.
    """

    name: str
    low: int
    high: int


@dataclass
class Graph:
    """Nodes and constants of an ONNX graph that is being built.

    Attributes:
        nodes: ONNX operators in the order in which they run.
        constants: arrays that the operators read.
    """

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add_constant(self, values: np.ndarray) -> str:
        """Adds an array and returns its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def add_channel_constant(
        self, values: np.ndarray, dtype: type[np.floating] = np.float32
    ) -> str:
        """Adds one value a channel and returns the name of the array.

        Args:
            values: (C,) numbers. They are stored as (1, C, 1, 1), to broadcast with (N, C, H, W).
            dtype: floating type to store.
        """
        return self.add_constant(np.asarray(values, dtype).reshape(1, -1, 1, 1))

    def add_node(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Adds an operator and returns the name of its output.

        Args:
            operator: ONNX operator, such as "Conv".
            inputs: names of the tensors that it reads.
            name: name of its output; a new name if empty.
            attributes: attributes of the operator.
        """
        name = name or f"node_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def add_clip(self, source: str, low: int, high: int, name: str = "") -> str:
        """Adds an operator that clips to [low, high], and returns the name of its output.

        Args:
            source: name of the tensor to clip.
            low: lower bound.
            high: upper bound.
            name: name of the output; a new name if empty.
        """
        bounds = [self.add_constant(np.array(bound, np.float32)) for bound in (low, high)]
        return self.add_node("Clip", source, *bounds, name=name)
