"""A process of its own for whatever needs TensorFlow or torch, asked without waiting."""
