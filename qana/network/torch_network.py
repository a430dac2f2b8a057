"""The same float network in torch: for tools that speak only torch, and to check those that do not.

Nothing is built by hand: the Keras graph is walked, each layer becomes one module with the same
weights, so a network that changes needs no change here.
"""

import tf_keras as keras
import torch
from torch import nn

from qana.network.torch_layers import to_module, to_weights


class TorchTwin(nn.Module):
    """A Keras network as a torch module. Images are (N, 3, S, S), 0 to 255, logits (N, 7).

    Attributes:
        steps: Keras layer name to its module; hooks go there.
    """

    def __init__(self, model: keras.Model) -> None:
        """Copies structure and weights of `model`, which has one input and one output.

        Raises:
            ValueError: a layer is of a kind that has no counterpart here.
        """
        super().__init__()
        self.steps = nn.ModuleDict()
        self._sources: dict[str, list[str]] = {}
        for layer in model.layers:
            if isinstance(layer, keras.layers.InputLayer):
                self._input = layer.name
                continue
            nodes = layer.inbound_nodes[0].parent_nodes
            self._sources[layer.name] = [node.layer.name for node in nodes]
            self.steps[layer.name] = to_module(layer)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) float32 images, 0 to 255, to (N, 7) float32 logits."""
        found = {self._input: images}
        for name, sources in self._sources.items():
            found[name] = self.steps[name](*(found[source] for source in sources))
        return found[name]

    def copy_to(self, model: keras.Model) -> None:
        """Hands what was learned here back to the network that this is the twin of, in place."""
        for name, module in self.steps.items():
            model.get_layer(name).set_weights(to_weights(module))
