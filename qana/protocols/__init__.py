"""How a model is evaluated: one file for each protocol, and one for each report."""
