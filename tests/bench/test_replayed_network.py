"""A recorded network reads and writes fixed buffers, and is recorded once for each batch size."""

from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from qana.bench.replayed_network import Replay, ReplayedNetwork, keep_work  # noqa: E402


def compute(pixels: "torch.Tensor") -> "torch.Tensor":
    return pixels.float().sum(dim=(1, 2)) + 1


def make_photos(number: int, value: int) -> "torch.Tensor":
    return torch.full((number, 4, 4, 7), value, dtype=torch.uint8)


class Recorder:
    """Captures work as a CUDA graph does: at a replay, only the captured buffers matter."""

    def __init__(self) -> None:
        self.captures = self.replays = 0

    def __call__(self, work: Callable[[], None]) -> Replay:
        self.captures += 1
        work()

        def replay() -> None:
            self.replays += 1
            work()

        return replay


def test_each_batch_size_is_captured_once_and_replayed() -> None:
    recorder = Recorder()
    network = ReplayedNetwork(compute, "cpu", recorder)
    for value in (1, 2, 3):
        for number in (1, 5):
            found = network(make_photos(number, value))
            assert torch.equal(found, torch.full((number, 7), 16.0 * value + 1))
    assert recorder.captures == 2 and recorder.replays == 6


def test_a_replay_reads_the_photos_of_its_own_call() -> None:
    network = ReplayedNetwork(compute, "cpu", keep_work)
    photos = make_photos(2, 5)
    first = network(photos).clone()
    photos.fill_(9)  # the caller's memory is not the buffer
    assert torch.equal(network(make_photos(2, 5)), first)
    assert torch.equal(network(photos), torch.full((2, 7), 145.0))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
def test_a_cuda_graph_computes_the_same() -> None:
    from qana.bench.replayed_network import capture_cuda_graph

    network = ReplayedNetwork(compute, "cuda", capture_cuda_graph)
    for value in (1, 4):
        found = network(make_photos(3, value)).cpu()
        assert torch.equal(found, torch.full((3, 7), 16.0 * value + 1))
