"""Fitting a network, float or quantized, so that it can be stopped and resumed at any time."""

from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tqdm import tqdm

from qana.data.augmentation import augment
from qana.labels import LABELS
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets


def fit(
    model: keras.Model,
    subsets: Subsets,
    recipe: Recipe,
    *,
    epochs: int,
    learning_rate: float,
    warmup_epochs: int,
    folder: Path,
    title: str,
) -> None:
    """Trains `model` in place, to the last epoch of a cosine schedule that ends at zero.

    No epoch is picked: the last one is the result. The validation subset is only reported, to
    `history.csv`, and the test subset is never seen. A checkpoint in `folder` after each epoch
    lets a stopped run go on where it was.

    Args:
        model: (B, S, S, 3) to (B, 7) logits.
        subsets: frames and labels of the training photos, inputs and labels of validation.
        recipe: batch size, sampling, decay and smoothing are read from it.
        epochs: how many, in all.
        learning_rate: peak.
        warmup_epochs: linear rise before it.
        folder: for the checkpoint and the history; made if missing.
        title: in front of the progress bar, which goes to stderr.
    """
    folder.mkdir(parents=True, exist_ok=True)
    steps = max(1, len(subsets.frames) // recipe.batch)
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(
            learning_rate / 100 if warmup_epochs else learning_rate,
            decay_steps=steps * (epochs - warmup_epochs),
            warmup_target=learning_rate if warmup_epochs else None,
            warmup_steps=steps * warmup_epochs,
        ),
        weight_decay=recipe.weight_decay,
    )
    optimizer.exclude_from_weight_decay(var_names=["bn", "bias", "gamma", "beta"])
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
        metrics=["accuracy"],
    )
    model.fit(
        batches(subsets.frames, subsets.train_labels, recipe, steps),
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=(subsets.inputs.astype(np.float32), np.eye(len(LABELS))[subsets.labels]),
        validation_batch_size=recipe.batch,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "checkpoint"), delete_checkpoint=False),
            keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True),
            _Progress(title, epochs),
        ],
    )


def batches(frames: np.ndarray, labels: np.ndarray, recipe: Recipe, steps: int) -> tf.data.Dataset:
    """Endless batches of augmented photos, rare classes drawn more often.

    Returns:
        Dataset of (B, S, S, 3) float32, 0 to 255, and (B, 7) float32 one-hot.
    """
    frequency = np.bincount(labels, minlength=len(LABELS))
    weights = frequency[labels].astype(np.float64) ** -recipe.balance
    chances = tf.constant(np.log(weights / weights.sum())[None], tf.float32)
    all_frames, one_hot = (
        tf.constant(frames),
        tf.constant(np.eye(len(LABELS), dtype=np.float32)[labels]),
    )

    def draw(_: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = tf.random.categorical(chances, recipe.batch)[0]
        return augment(tf.gather(all_frames, chosen), recipe.input_size), tf.gather(one_hot, chosen)

    return tf.data.Dataset.range(steps).repeat().map(draw, num_parallel_calls=2).prefetch(2)


class _Progress(keras.callbacks.Callback):
    def __init__(self, title: str, epochs: int) -> None:
        super().__init__()
        self._bar = tqdm(total=epochs, desc=title, unit="epoch")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.n = epoch + 1
        shown = {key: f"{value:.3f}" for key, value in (logs or {}).items()}
        self._bar.set_postfix(shown)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._bar.n = self._bar.total
        self._bar.close()
