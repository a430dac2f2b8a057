"""Learning on the device: the edge head, who teaches it, and how well it learns."""
