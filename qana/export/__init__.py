"""Exports networks for other programs: an Akida network as an ONNX graph of the same integers."""
