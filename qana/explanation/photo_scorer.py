"""Makes and scores the maps of all explanation methods for one photo."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from qana.data.lesion_masks import read_mask
from qana.data.photo import Photo
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_agreement, compute_drift, score_maps
from qana.explanation.faithfulness_table import CENTRE_BLOB
from qana.explanation.heatmap import normalize_map, resize_map
from qana.explanation.map_job import LAST_LAYER
from qana.explanation.occlusion import compute_occlusion_map
from qana.explanation.photo_scores import PhotoScores
from qana.explanation.sanity_checks import make_centre_blob, make_random_map
from qana.export.akida_layers import ExportError
from qana.export.onnx_network import OnnxNetwork
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.temperature import softmax
from qana.network.keras_forms import load_keras_form, quantize_to_4_bits

AKIDA_MAP, OCCLUSION, RANDOM_MAP = "Akida map", "Occlusion", "Random map"
KERAS_METHODS = ("Grad-CAM++", "LayerCAM", "Eigen-CAM")
"""Methods that run on the quantized Keras network. Its Grad-CAM is the Akida map."""


class PhotoScorer:
    """Makes and scores all maps of photos, with networks that are loaded once."""

    def __init__(self, classifier: AkidaClassifier, calibration: np.ndarray) -> None:
        """Loads TensorFlow and the networks, which takes minutes.

        Args:
            classifier: the Akida model.
            calibration: (N, S, S, 3) uint8, inputs to calibrate the 4-bit network with.

        Raises:
            ExplanationError: the model has no Keras forms.
        """
        from qana.explanation.keras_gradients import KerasNetwork

        self._classifier, self._akida_map = classifier, AkidaMap(classifier.layers)
        self._onnx = OnnxNetwork(classifier.layers, threads=1)
        entry = classifier.entry
        float_form = load_keras_form(entry, "float")
        self._networks = {
            "float": KerasNetwork(float_form, [LAST_LAYER]),
            "8/8": KerasNetwork(load_keras_form(entry, "quantized"), [LAST_LAYER]),
            "4/4": KerasNetwork(quantize_to_4_bits(float_form, calibration), [LAST_LAYER]),
        }

    def _compute_logits(self, photos: np.ndarray) -> np.ndarray:
        """Computes (N, 7) logits of (N, S, S, 3) uint8, equal to the simulator's bit for bit.

        The ONNX export is faster, and each photo needs more than a hundred predictions.
        """
        return np.concatenate([self._onnx.compute_logits(photo[None]) for photo in photos])

    def score(self, photo: Photo, methods: Sequence[str]) -> PhotoScores:
        """Makes and scores all maps of a photo, for the class that Akida predicts.

        Args:
            photo: photo with a lesion mask.
            methods: methods of the grad-cam package to run on the quantized Keras network.

        Returns:
            The scores.

        Raises:
            DataError: the photo has no lesion mask.
            ExportError: the ONNX export of the model gives other logits.
        """
        from qana.explanation.keras_grad_cam import compute_keras_maps

        classifier = self._classifier
        temperature = classifier.entry.temperature
        size = classifier.input_size
        inputs, mask = to_input(read_image(photo.path), size), read_mask(photo, size)
        answer = classifier.logits(inputs[None])
        if not np.array_equal(answer, self._compute_logits(inputs[None])):
            raise ExportError(
                f"The ONNX export of {classifier.entry.name} gives different logits from Akida: "
                "check the installed versions of akida and onnxruntime."
            )
        label = int(answer[0].argmax())

        def compute_keras_map(method: str, form: str) -> np.ndarray:
            network = self._networks[form]
            labels = np.array([label])
            return compute_keras_maps(network, method, LAST_LAYER, inputs[None], labels)[0]

        def compute_probability(photos: np.ndarray) -> np.ndarray:
            return softmax(self._compute_logits(photos), temperature)[:, label]

        outputs = classifier.record_layers(inputs)
        maps = {
            AKIDA_MAP: resize_map(self._akida_map.compute_grad_cam(outputs, label), size),
            **{method: compute_keras_map(method, "8/8") for method in methods},
            OCCLUSION: compute_occlusion_map(self._compute_logits, inputs, label, temperature),
            CENTRE_BLOB: make_centre_blob(size),
            RANDOM_MAP: resize_map(make_random_map(read_seed(photo)), size),
        }
        grad_cam = {form: compute_keras_map("Grad-CAM", form) for form in self._networks}
        difference = np.abs(normalize_map(maps[AKIDA_MAP]) - grad_cam["8/8"]).max()
        return PhotoScores(
            methods=score_maps(compute_probability, inputs, maps, mask),
            agreement={
                f"{a} | {b}": compute_agreement(maps[a], maps[b]) for a, b in combinations(maps, 2)
            },
            drift={
                "float to 8/8": compute_drift(grad_cam["float"], grad_cam["8/8"]),
                "8/8 to 4/4": compute_drift(grad_cam["8/8"], grad_cam["4/4"]),
                "float to 4/4": compute_drift(grad_cam["float"], grad_cam["4/4"]),
            },
            against_grad_cam=float(difference),
            mask_share=float(mask.mean()),
        )


def read_seed(photo: Photo) -> int:
    """Reads a random seed from the id of a photo, so that it is the same in every run."""
    return int(photo.image_id[-7:])
