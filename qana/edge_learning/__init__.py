"""Learning on the device: the edge head, the engine that trains it, and its evaluation."""
