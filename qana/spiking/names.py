"""Names that pages and commands share."""

DEFAULT_MODEL = "akida2"
LARGE_MODEL = "akida2-large"
"""What the default one was narrowed from."""
AKIDA2, AKIDA1 = "akida2", "akd1000"
"""Targets in the manifest: chips of the second generation, and of the first."""
CHIPS = {AKIDA2: "Akida 2.0", AKIDA1: "AKD1000 and AKD1500"}
"""Target to the chips, in words."""
STEP_PARTS = 16
"""Of an activation's step, below which Akida 1.0 cuts off; see `qana.spiking.chip_steps`."""
