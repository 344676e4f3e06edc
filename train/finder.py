"""Trains the ink finder: `python -m train.finder [--data DIR]`, see `--help`.

Renders sheets of paper from the training digits, teaches a small U-Net where the pen was on
them, and writes models/finder.pth. It comes before `python -m train`, whose photographs are
read through it. About half an hour on two cores; progress is shown.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from train.config import Config, setting
from train.data.datasets import data_folder
from train.data.download import DataError
from train.data.sources import Sources, load_sources
from train.engine.device import pick_device
from train.networks.unet import UNet, load, save
from train.render.photograph import RULED_SHARE
from train.render.sheets import SheetMaker, Sheets

_CHUNK: Final = 500  # sheets that one process makes at a time
_JITTER: Final = 0.2  # largest relative change of a batch's light


@dataclass(frozen=True)
class Settings:
    """What decides the finder's weights beside the data and the machine; stored with them."""

    seed: int = setting(0, "of the sheets, their order and the first weights")
    sheets: int = setting(40_000, "rendered once")
    epochs: int = setting(4, "times that all sheets are learned from")
    batch_size: int = setting(32, "sheets per step")
    learning_rate: float = setting(4e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(1e-2, "of AdamW")
    ruled: float = setting(RULED_SHARE, "share of the sheets that have lines on them, 0 to 1")
    start: str = setting("", "weights to go on from; empty for new ones")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.finder", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--output", type=Path, default=Path("models/finder.pth"), help="where the weights go"
    )
    parser.add_argument("--workers", type=int, default=cpu_count() or 1, help="making sheets")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    for entry in fields(Settings):
        flag = "--" + entry.name.replace("_", "-")
        meaning = entry.metadata["meaning"]
        parser.add_argument(flag, type=type(entry.default), default=entry.default, help=meaning)
    flags = vars(parser.parse_args(arguments))
    settings = Settings(**{entry.name: flags[entry.name] for entry in fields(Settings)})
    try:
        device = pick_device(flags["device"])
        sources = load_sources(data_folder(flags["data"])).train
        sheets = make(sources, settings, flags["workers"])
        save(flags["output"], fit(sheets, settings, device), made_by(settings))
    except (DataError, OSError, ValueError) as error:
        print(f"finder: {error}", file=sys.stderr)
        return 1
    print(f"wrote {flags['output']}")
    return 0


def made_by(settings: Settings) -> dict[str, Any]:
    """The settings, with those of the weights that were gone on from."""
    before = {"start": load(Path(settings.start))[1]} if settings.start else {}
    return asdict(settings) | before


def make(sources: Sources, settings: Settings, workers: int) -> Sheets:
    """All sheets, on as many processes, with a bar; the same for any number of processes."""
    jobs = [
        (min(_CHUNK, settings.sheets - start), (settings.seed, start))
        for start in range(0, settings.sheets, _CHUNK)
    ]
    # A fork would inherit PyTorch's threads in any state.
    with ProcessPoolExecutor(
        min(workers, len(jobs)), get_context("spawn"), _begin, (sources, settings.ruled)
    ) as pool:
        made = pool.map(_work, jobs)
        parts = list(tqdm(made, "rendering sheets", len(jobs), unit_scale=_CHUNK))
    return Sheets(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.ink for part in parts]),
    )


def fit(sheets: Sheets, settings: Settings, device: torch.device) -> UNet:
    """A finder trained on sheets, with a bar of loss and rate."""
    torch.manual_seed(settings.seed)
    network = load(Path(settings.start))[0] if settings.start else UNet()
    network = network.to(device).to(memory_format=torch.channels_last)
    optimizer = AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    count = len(sheets.ink)
    steps = settings.epochs * -(-count // settings.batch_size)
    schedule = OneCycleLR(optimizer, settings.learning_rate, total_steps=steps, pct_start=0.2)
    random = np.random.default_rng(settings.seed)
    network.train()
    running = 0.0
    with tqdm(total=settings.epochs * count, unit=" sheets", mininterval=1) as bar:
        for chosen in _batches(count, settings, random):
            pictures = torch.from_numpy(sheets.pictures[chosen]).to(device).float()
            ink = torch.from_numpy(sheets.ink[chosen]).to(device).float() / 255
            light = torch.from_numpy(random.uniform(1 - _JITTER, 1 + _JITTER, len(chosen)))
            pictures = (pictures * light.to(pictures)[:, None, None, None]).clamp(0, 255)
            if random.random() < 0.5:
                pictures, ink = pictures.flip(2), ink.flip(2)
            loss = distance(network(pictures), ink)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            running += 0.02 * (loss.item() - running)
            bar.set_postfix(loss=f"{running:.4f}", refresh=False)
            bar.update(len(chosen))
    return network.eval()


def distance(logits: Tensor, ink: Tensor) -> Tensor:
    """Cross-entropy plus half the Dice loss, which counts a thin line as much as a broad one.

    logits, ink: (n, h, w); ink in [0, 1].
    """
    found = torch.sigmoid(logits)
    both = (found * ink).sum((1, 2))
    dice = 1 - (2 * both + 1) / (found.sum((1, 2)) + ink.sum((1, 2)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, ink) + 0.5 * dice.mean()


def _batches(
    count: int, settings: Settings, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    for _ in range(settings.epochs):
        order = random.permutation(count)
        yield from np.array_split(order, -(-count // settings.batch_size))


_maker: SheetMaker | None = None  # of a worker process


def _begin(sources: Sources, ruled: float) -> None:
    global _maker
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _maker = SheetMaker(sources, Config(), ruled)


def _work(job: tuple[int, tuple[int, ...]]) -> Sheets:
    assert _maker is not None
    return _maker.make(*job)


if __name__ == "__main__":
    sys.exit(main())
