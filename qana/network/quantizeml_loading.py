"""Loads and quantizes networks with quantizeml in half the time.

Whenever quantizeml traces a layer, it does two things that take longer than the layer itself. This
module turns both off when it is imported:

- Assertions in the graph. quantizeml has a switch for them. They are not needed, because
  `qana.conversion.convert` checks on photos that Akida has the same integers.
- Variables that record values for a conversion. Each one builds two graphs. Here they are created
  when a recording begins.

Import `load_model` and `quantize` from here and not from quantizeml.
"""

import os
from typing import Any

os.environ.setdefault("ASSERT_ENABLED", "0")

from quantizeml import load_model
from quantizeml.layers.recorders import TensorRecorder
from quantizeml.models import QuantizationParams, quantize

__all__ = ["QuantizationParams", "load_model", "quantize"]

_record = TensorRecorder.__call__


def _record_if_recording(self: TensorRecorder, inputs: Any) -> Any:
    return _record(self, inputs) if self.recording else inputs


TensorRecorder.__call__ = _record_if_recording
