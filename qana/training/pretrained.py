"""Loads the stored weights that training on all sources starts from.

`ham10000-large` is the float network of the recipe of the same name, trained on HAM10000 alone.
"""

import tf_keras as keras

from qana.errors import ModelError
from qana.network.quantizeml_loading import load_model
from qana.resources import ASSETS

FOLDER = ASSETS / "pretrained"


def copy_pretrained_weights(model: keras.Model, name: str) -> None:
    """Copies stored weights to a network with the same layers.

    Args:
        model: float network, changed in place.
        name: stem of a file in `FOLDER`.

    Raises:
        ModelError: there is no such file, or its network has other layers.
    """
    path = FOLDER / f"{name}.h5"
    if not path.is_file():
        raise ModelError(f"There are no weights {path}: get them with a clone of the repository.")
    try:
        model.set_weights(load_model(str(path)).get_weights())
    except ValueError as error:
        raise ModelError(f"The weights of {path.name} do not fit this network.") from error
