"""Writes networks for other programs: the deployed network as an ONNX graph of integers."""
