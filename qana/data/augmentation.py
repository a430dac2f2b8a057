"""Augmentation for dermatoscopy, batched in TensorFlow.

A lesion has no up and no left, so any rotation and mirror image is as likely as the original.
Scale and place vary with the hand that holds the dermatoscope, colour with the lamp, the skin and
the camera. Shape is kept (no shear, no squeeze): asymmetry is a diagnostic sign.
"""

import math

import tensorflow as tf

ZOOM = math.log(1.3)
SHIFT = 0.08
"""Of the side."""
GAIN, CHANNEL_GAIN, CONTRAST, SATURATION = 0.2, 0.08, 0.2, 0.3


def augment(frames: tf.Tensor, size: int) -> tf.Tensor:
    """One random view of each frame.

    Args:
        frames: (N, H, W, 3) uint8, 0 to 255, W >= H.
        size: side of the view, pixels.

    Returns:
        (N, size, size, 3) float32, whole numbers 0 to 255. At neutral draws it is the centre
        square of the frame.
    """
    views = _place(tf.cast(frames, tf.float32), size)
    return tf.round(tf.clip_by_value(_colour(views), 0.0, 255.0))


def _place(frames: tf.Tensor, size: int) -> tf.Tensor:
    shape = tf.cast(tf.shape(frames), tf.float32)
    count, height, width = tf.shape(frames)[0], shape[1], shape[2]
    angle = tf.random.uniform([count], 0.0, 2 * math.pi)
    step = height / size * tf.exp(tf.random.uniform([count], -ZOOM, ZOOM))
    mirror = tf.where(tf.random.uniform([count]) < 0.5, -1.0, 1.0)
    cos, sin = step * tf.cos(angle), step * tf.sin(angle)
    x_by_x, x_by_y, y_by_x, y_by_y = cos * mirror, -sin, sin * mirror, cos
    centre = (size - 1) / 2
    shift = tf.random.uniform([2, count], -SHIFT, SHIFT) * height
    x_offset = (width - 1) / 2 + shift[0] - (x_by_x + x_by_y) * centre
    y_offset = (height - 1) / 2 + shift[1] - (y_by_x + y_by_y) * centre
    zero = tf.zeros([count])
    transforms = tf.stack([x_by_x, x_by_y, x_offset, y_by_x, y_by_y, y_offset, zero, zero], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=frames,
        transforms=transforms,
        output_shape=[size, size],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def _colour(views: tf.Tensor) -> tf.Tensor:
    count = tf.shape(views)[0]

    def around_one(spread: float, channels: int = 1) -> tf.Tensor:
        return tf.random.uniform([count, 1, 1, channels], 1 - spread, 1 + spread)

    grey = tf.reduce_mean(views, axis=3, keepdims=True)
    views = grey + (views - grey) * around_one(SATURATION)
    mean = tf.reduce_mean(views, axis=[1, 2, 3], keepdims=True)
    views = mean + (views - mean) * around_one(CONTRAST)
    return views * around_one(GAIN) * around_one(CHANNEL_GAIN, 3)
