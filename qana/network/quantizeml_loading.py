"""quantizeml's loading and quantizing, in half the time.

Two things that it does whenever it traces a layer cost more than the layer itself, and nothing here
needs them:

- Assertions in the graph, each a branch of its own. Its own switch puts them off. They guard what
  `qana.conversion.convert` checks more strictly, on photos: that Akida has the very same integers.
- Variables for recording what a conversion asks for, two graphs each. They are made when a
  recording begins, by the same code.
"""

import os
from typing import Any

os.environ.setdefault("ASSERT_ENABLED", "0")

from quantizeml import load_model
from quantizeml.layers.recorders import TensorRecorder
from quantizeml.models import QuantizationParams, quantize

__all__ = ["QuantizationParams", "load_model", "quantize"]

_record = TensorRecorder.__call__


def _record_when_asked(self: TensorRecorder, inputs: Any) -> Any:
    return _record(self, inputs) if self.recording else inputs


TensorRecorder.__call__ = _record_when_asked
