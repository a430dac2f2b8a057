"""Starts the app with a simulated chip: chip_server FLAG run streamlit_app.py.

The engine's virtual device stands for the chip. Mapping works as on a chip, but the virtual device
cannot run a network. The simulator runs it instead until the file FLAG exists.
"""

import sys
from pathlib import Path
from typing import Any

import akida
import numpy as np
from streamlit.web.cli import main

FLAG = Path(sys.argv.pop(1))
EngineModel = akida.Model


class PluggedModel(EngineModel):  # type: ignore[misc, valid-type]
    """A model that runs on the simulated chip until the chip is unplugged."""

    def predict(self, inputs: np.ndarray, *args: Any, **options: Any) -> np.ndarray:
        """Predicts as the engine does.

        Raises:
            RuntimeError: the chip is unplugged; the engine raises it.
        """
        if self.device is None or FLAG.exists():
            return super().predict(inputs, *args, **options)
        return EngineModel(layers=self.layers).predict(inputs, *args, **options)


if __name__ == "__main__":
    chip = akida.TwelveNodesIPv2()
    akida.devices = lambda: [chip]
    akida.Model = PluggedModel
    main()
