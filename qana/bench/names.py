"""Names of the runtimes, for those who ask for one before anything heavy is loaded."""

RUNTIME_NAMES = {
    "akida": "Akida",
    "cuda": "Float on an NVIDIA GPU",
    "mps": "Float on an Apple GPU",
    "cpu": "Float on the processor",
    "dense": "Dense on the processor",
}
"""Key to name, in the order in which they are shown and measured."""
