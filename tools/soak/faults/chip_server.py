"""The app with a chip plugged in: python -m tools.soak.faults.chip_server FLAG run streamlit_app.py

The vendor's virtual device takes the place of a chip. It maps a network as a chip does and then
refuses to run it; until the file FLAG is there, the simulator runs it in its name.
"""

import sys
from pathlib import Path
from typing import Any

import akida
import numpy as np
from streamlit.web.cli import main

FLAG = Path(sys.argv.pop(1))
Real = akida.Model


class Plugged(Real):  # type: ignore[misc, valid-type]
    """A model that runs where it is mapped, as long as the chip is there."""

    def predict(self, inputs: np.ndarray, *args: Any, **options: Any) -> np.ndarray:
        """As the engine's; raises its RuntimeError once the chip is gone."""
        if self.device is None or FLAG.exists():
            return super().predict(inputs, *args, **options)
        return Real(layers=self.layers).predict(inputs, *args, **options)


if __name__ == "__main__":
    chip = akida.TwelveNodesIPv2()
    akida.devices = lambda: [chip]
    akida.Model = Plugged
    main()
