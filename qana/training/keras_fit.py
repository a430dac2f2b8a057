"""Fits a Keras network, float or quantized. A stopped fit can be resumed."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tqdm import tqdm

from qana.classes import LABELS
from qana.training.recipe import Recipe, Schedule
from qana.training.subsets import Subsets
from qana.training.views import Views

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Targets and outputs of a model to one value for each picture."""


def fit_keras(
    model: keras.Model,
    views: Views,
    subsets: Subsets,
    recipe: Recipe,
    schedule: Schedule,
    folder: Path,
    title: str,
    loss: Loss | None = None,
) -> None:
    """Trains `model` in place, with a cosine schedule that ends at zero.

    The weights after the last epoch are the result, and no other epoch is selected. The metrics of
    the validation subset only go to `history.csv`. The test subset is not used. A checkpoint after
    each epoch lets a stopped fit continue.

    Args:
        model: (B, S, S, 3) to (B, 7) logits.
        views: training photos with their targets.
        subsets: gives the validation inputs and labels, and the class frequencies.
        recipe: gives the weight decay, the seed and the strength of the logit adjustment.
        schedule: batch size, epochs and learning rate.
        folder: receives the checkpoint and the history. It is created if it is missing.
        title: label of the progress bar on stderr.
        loss: function of targets and model output. None uses the cross-entropy of the logits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    batch, epochs, warmup = schedule.batch, schedule.epochs, schedule.warmup_epochs
    peak, steps = schedule.learning_rate, max(1, views.photo_count // batch)
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(
            peak / 100 if warmup else peak,
            decay_steps=steps * (epochs - warmup),
            warmup_target=peak if warmup else None,
            warmup_steps=steps * warmup,
        ),
        weight_decay=recipe.weight_decay,
    )
    optimizer.exclude_from_weight_decay(var_names=["bn", "bias", "gamma", "beta"])
    shift = compute_logit_adjustment(subsets.train_labels, recipe.adjustment)
    metrics = [] if loss else ["accuracy"]
    model.compile(optimizer, loss or _make_cross_entropy(shift), metrics=metrics)
    model.fit(
        _make_dataset(views, batch, recipe.seed),
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=(subsets.inputs.astype(np.float32), np.eye(len(LABELS))[subsets.labels]),
        validation_batch_size=batch,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(folder / "checkpoint"), delete_checkpoint=False),
            keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True),
            _ProgressBar(title, epochs),
        ],
    )


def compute_logit_adjustment(labels: np.ndarray, adjustment: float) -> np.ndarray:
    """Computes what the loss adds to the logits: `adjustment` times the log of the class shares.

    Source: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

    Args:
        labels: (N,) integers of the training photos.
        adjustment: 0 for no adjustment, 1 for the full one.

    Returns:
        (7,) float32.
    """
    share = np.bincount(labels, minlength=len(LABELS)) / len(labels)
    return (adjustment * np.log(np.maximum(share, 1 / len(labels)))).astype(np.float32)


def _make_cross_entropy(shift: np.ndarray) -> Loss:
    """Makes the cross-entropy loss of logits plus a (7,) shift."""

    def loss(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        # A quantized network returns its own tensor type. The sum is a plain tensor.
        return tf.nn.softmax_cross_entropy_with_logits(targets, logits + shift)

    return loss


def _make_dataset(views: Views, batch: int, run: int) -> tf.data.Dataset:
    """Makes endless batches: (B, S, S, 3) float32, 0 to 255, and (B, 7) float32 targets."""
    # The seed is not fixed, because a resumed run must not get the same views again.
    seed = (run, time.time_ns())
    return (
        tf.data.Dataset.from_generator(
            lambda: views.generate_batches(batch, seed),
            output_signature=(
                tf.TensorSpec((batch, views.size, views.size, 3), tf.uint8),
                tf.TensorSpec((batch, len(LABELS)), tf.float32),
            ),
        )
        .map(lambda pictures, targets: (tf.cast(pictures, tf.float32), targets))
        .prefetch(4)
    )


class _ProgressBar(keras.callbacks.Callback):
    """Progress bar on stderr that counts epochs."""

    def __init__(self, title: str, epochs: int) -> None:
        super().__init__()
        self._bar = tqdm(total=epochs, desc=title, unit="epoch")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.n = epoch + 1
        values = {key: f"{value:.3f}" for key, value in (logs or {}).items()}
        self._bar.set_postfix(values)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._bar.n = self._bar.total
        self._bar.close()
