"""Rebuilds a float Keras network in torch, for tools that need torch and for comparison.

Each Keras layer becomes one torch module with the same weights, in the order of the Keras graph. A
new architecture therefore needs no code here, unless it has a new kind of layer.
"""

import tf_keras as keras
import torch
from torch import nn

from qana.network.torch_layers import build_module, read_weights


class TorchNetwork(nn.Module):
    """A Keras network as a torch module.

    Attributes:
        steps: Keras layer name to its torch module. Hooks can be registered there.
        sources: Keras layer name to the names of the layers that it reads, in network order.

    Example:
        >>> network = TorchNetwork(load_keras_form(find_entry("akida2"), "float"))
        >>> network(torch.zeros(1, 3, 128, 128)).shape
        torch.Size([1, 7])
    """

    def __init__(self, model: keras.Model) -> None:
        """Copies the structure and the weights of a Keras network.

        Args:
            model: Keras model with one input and one output.

        Raises:
            ValueError: torch has no module for a kind of layer.
        """
        super().__init__()
        self.steps = nn.ModuleDict()
        self.sources: dict[str, list[str]] = {}
        for layer in model.layers:
            if isinstance(layer, keras.layers.InputLayer):
                self._input = layer.name
                continue
            nodes = layer.inbound_nodes[0].parent_nodes
            self.sources[layer.name] = [node.layer.name for node in nodes]
            self.steps[layer.name] = build_module(layer)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Computes the logits of photos.

        Args:
            images: (N, 3, S, S) float32, 0 to 255.

        Returns:
            (N, 7) float32 logits.
        """
        outputs = {self._input: images}
        for name, sources in self.sources.items():
            outputs[name] = self.steps[name](*(outputs[source] for source in sources))
        return outputs[name]

    def copy_weights_to(self, model: keras.Model) -> None:
        """Copies the weights to a Keras network, in place.

        Args:
            model: Keras model with the layers that this network was built from.
        """
        for name, module in self.steps.items():
            model.get_layer(name).set_weights(read_weights(module))
