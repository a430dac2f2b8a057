"""The MACs of the published networks, counted again from their layers."""

import math
from dataclasses import dataclass

import pytest

from qana.bench.published import read_figures


@dataclass(frozen=True)
class Convolution:
    """One layer: places of its output, input and output channels, and weights of one kernel."""

    places: int
    inputs: int
    outputs: int
    kernel: int
    separable: bool = False

    @property
    def macs(self) -> int:
        if self.separable:
            return self.places * self.inputs * (self.kernel + self.outputs)
        return self.places * self.inputs * self.outputs * self.kernel


BLOCKS = (
    *((32, 2, False), (64, 1, False), (128, 2, False), (128, 1, False)),
    *((256, 2, True), (256, 1, True), (512, 2, True), *[(512, 1, True)] * 5),
    *((1024, 2, True), (1024, 1, True)),
)
"""Channels, stride and kind of each block of AkidaNet, from akida_models."""


def build_akidanet(width: float, size: int) -> list[Convolution]:
    layers, inputs = [], 3
    for channels, stride, separable in BLOCKS:
        size, outputs = math.ceil(size / stride), int(channels * width)
        layers.append(Convolution(size**2, inputs, outputs, 9, separable))
        inputs = outputs
    return layers


def add_classifier(layers: list[Convolution], classes: int) -> list[Convolution]:
    return [*layers, Convolution(1, layers[-1].outputs, classes, 1)]


def build_detector() -> list[Convolution]:
    layers = build_akidanet(0.5, 224)
    for outputs in (1024, 1024, 1024, 125):
        layers.append(Convolution(7 * 7, layers[-1].outputs, outputs, 9, separable=True))
    return layers


ECG = [
    Convolution(36 * 32, 1, 16, 25),
    Convolution(36 * 32, 16, 32, 25, separable=True),
    Convolution(18 * 16, 32, 64, 25, separable=True),
    Convolution(9 * 8, 64, 128, 25, separable=True),
    Convolution(1, 128, 64, 1),
    Convolution(1, 64, 3, 1),
]
BEARING = [
    Convolution(294 * 134, 1, 16, 49),
    *(Convolution(147 * 67, 16, 32, 9), Convolution(74 * 34, 32, 64, 9)),
    *(Convolution(37 * 17, 64, 64, 9), Convolution(19 * 9, 64, 64, 9)),
    *(Convolution(10 * 5, 64, 96, 9), Convolution(5 * 3, 96, 128, 9)),
    *(Convolution(1, 128, 512, 1), Convolution(1, 512, 4, 1)),
]
KEYWORDS = [
    Convolution(25 * 5, 1, 64, 20),
    *[Convolution(25 * 5, 64, 64, 9, separable=True)] * 4,
    Convolution(1, 64, 12, 1),
]
NETWORKS = {
    **{
        f"AkidaNet {width} at {size}": add_classifier(build_akidanet(width, size), 1000)
        for width in (0.25, 0.5, 1.0)
        for size in (160, 224)
    },
    "AkidaNet 0.25 at 96 (visual wake words)": add_classifier(build_akidanet(0.25, 96), 2),
    "DS-CNN (keyword spotting)": KEYWORDS,
    "YOLOv2 on AkidaNet 0.5 at 224 (PASCAL VOC)": build_detector(),
    "ECG network (MIT-BIH arrhythmia)": ECG,
    "Bearing network (UORED-VAFCLS)": BEARING,
}


@pytest.mark.parametrize("network", NETWORKS)
def test_the_recorded_macs_are_those_of_the_layers(network: str) -> None:
    counted = sum(layer.macs for layer in NETWORKS[network]) / 1e6
    recorded = {figure.mmac for figure in read_figures() if figure.network == network}
    assert len(recorded) == 1
    assert recorded.pop() == pytest.approx(counted, rel=0.005)
