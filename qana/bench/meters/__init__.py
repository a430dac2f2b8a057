"""Energy meters: the Akida board, NVIDIA cards and the processor."""
