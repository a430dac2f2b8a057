"""Builds the blocks of QANA from layers that convert to Akida 2.0 and map to its nodes.

Three rules hold for every block:

- A batch normalization follows each convolution directly. Quantization then folds it into the
  weights of the convolution, and it costs nothing on the chip.
- Every ReLU is bounded at 6. One outlier cannot stretch this fixed range, so the quantization step
  stays small.
- A convolution follows each Add and each Concatenate directly. Otherwise the converter inserts an
  identity convolution, which takes a node and as many MACs as a real one.
"""
