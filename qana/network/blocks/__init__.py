"""The parts QANA is made of, each in a form that converts to Akida 2.0 and maps on its nodes.

Three rules hold for every block:

- A convolution is followed by a batch normalization with nothing between, so the normalization
  folds into the convolution's weights at quantization and costs nothing on the chip.
- Every rectified activation is bounded at 6: a fixed range that one outlier cannot stretch, so
  the quantization step is small for common and rare classes alike.
- Every Add and Concatenate feeds a convolution directly. Where it does not, the converter inserts
  an identity convolution, which spends a node and as many MACs as a real one.
"""
