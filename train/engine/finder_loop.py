"""Trains the U-Net that finds ink on rendered sheets of paper."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from train.config import Config
from train.data.sources import Sources
from train.engine.finder_settings import Settings
from train.engine.kept_weights import mixed
from train.networks.classifier import read, write
from train.networks.unet import UNet, load
from train.render.sheets import OUTSIDE, SheetMaker, Sheets

_CHUNK: Final = 500  # sheets that one process makes at a time
_PARTS: Final = ("network", "averaged", "optimizer", "schedule")  # of a training's state
_NO_INK: Final = -30.0  # a logit so low that its loss is 0 where there is no ink
_JITTER: Final = 0.2  # maximum relative change of a picture's brightness


def stored_settings(settings: Settings) -> dict[str, Any]:
    """The settings; `start` is not a path but the settings of the weights that it names."""
    start = {"start": load(Path(settings.start))[1]} if settings.start else {}
    return asdict(settings) | start


def make_sheets(sources: Sources, settings: Settings, workers: int) -> Sheets:
    """Renders all sheets, with a bar. The number of processes does not change them."""
    jobs = [
        (min(_CHUNK, settings.sheets - start), (settings.seed, start))
        for start in range(0, settings.sheets, _CHUNK)
    ]
    # A fork could inherit PyTorch's threads in any state.
    with ProcessPoolExecutor(
        min(workers, len(jobs)), get_context("spawn"), _begin, (sources, settings.ruled)
    ) as pool:
        parts = list(tqdm(pool.map(_work, jobs), "rendering sheets", len(jobs), unit_scale=_CHUNK))
    return Sheets(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.ink for part in parts]),
    )


class Training:
    """The training of a finder, whose state can be kept between epochs.

    All that is random in an epoch depends on the seed and the epoch alone, so that a training that
    was killed can end as if it had not been.
    """

    def __init__(self, settings: Settings, device: torch.device) -> None:
        torch.manual_seed(settings.seed)
        network = load(Path(settings.start))[0] if settings.start else UNet()
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.optimizer = AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        average = get_ema_multi_avg_fn(settings.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        steps = settings.epochs * -(-settings.sheets // settings.batch_size)
        self.schedule = OneCycleLR(
            self.optimizer, settings.learning_rate, total_steps=steps, pct_start=0.2
        )
        self.epoch = 0
        self._settings = settings

    def save(self, path: Path) -> None:
        """Writes the state after an epoch, atomically."""
        content = {part: getattr(self, part).state_dict() for part in _PARTS}
        write(path, content | {"epoch": self.epoch, "settings": asdict(self._settings)})

    def restore(self, path: Path) -> None:
        """Goes on from a saved state. Raises ValueError if it has other settings."""
        content = read(path)
        if content["settings"] != asdict(self._settings):
            raise ValueError(
                f"{path}: expected a training with the same settings, got {content['settings']}"
            )
        for part in _PARTS:
            getattr(self, part).load_state_dict(content[part])
        self.epoch = content["epoch"]

    def run_epoch(self, sheets: Sheets, bar: "tqdm[Any]") -> None:
        """Trains once on all sheets."""
        random = np.random.default_rng((self._settings.seed, self.epoch))
        device = next(self.network.parameters()).device
        count = len(sheets.ink)
        order = random.permutation(count)
        self.network.train()
        running = 0.0
        for number, chosen in enumerate(
            np.array_split(order, -(-count // self._settings.batch_size)), 1
        ):
            pictures = torch.from_numpy(sheets.pictures[chosen]).to(device).float()
            ink = torch.from_numpy(sheets.ink[chosen]).to(device)
            light = torch.from_numpy(random.uniform(1 - _JITTER, 1 + _JITTER, len(chosen)))
            pictures = (pictures * light.to(pictures)[:, None, None, None]).clamp(0, 255)
            pictures, ink = _turned(pictures, ink, random)
            loss = distance(self.network(pictures), ink)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self.averaged.update_parameters(self.network)
            self.schedule.step()
            running += max(0.02, 1 / number) * (loss.item() - running)
            bar.set_postfix(loss=f"{running:.4f}", refresh=False)
            bar.update(len(chosen))
        self.epoch += 1


def fit(
    sheets: Sheets,
    settings: Settings,
    device: torch.device,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> UNet:
    """A finder that was trained on sheets: the moving average of its weights.

    checkpoint: written after each epoch. resume: goes on from it. Raises ValueError if it has other
    settings. Shows a bar of loss and rate.
    """
    training = Training(replace(settings, sheets=len(sheets.ink)), device)
    if resume and checkpoint is not None and checkpoint.is_file():
        training.restore(checkpoint)
    count = len(sheets.ink)
    num_done = training.epoch * count
    with tqdm(
        total=settings.epochs * count, initial=num_done, unit=" sheets", mininterval=1
    ) as bar:
        while training.epoch < settings.epochs:
            training.run_epoch(sheets, bar)
            if checkpoint is not None:
                training.save(checkpoint)
    weights = training.averaged.module.state_dict()
    if settings.keep:
        weights = mixed(weights, load(Path(settings.start))[0].state_dict(), settings.keep)
    training.network.load_state_dict(weights)
    return training.network.eval()


def distance(logits: Tensor, ink: Tensor) -> Tensor:
    """Cross-entropy plus half the Dice loss, in which a thin line counts as much as a broad one.

    logits: (n, h, w). ink: uint8 (n, h, w), see `Sheets`; pixels OUTSIDE do not count.
    """
    is_outside = ink == OUTSIDE
    logits = logits.masked_fill(is_outside, _NO_INK)
    ink = ink.masked_fill(is_outside, 0).float() / 255
    probabilities = torch.sigmoid(logits)
    both = (probabilities * ink).sum((1, 2))
    dice = 1 - (2 * both + 1) / (probabilities.sum((1, 2)) + ink.sum((1, 2)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, ink) + 0.5 * dice.mean()


def _turned(pictures: Tensor, ink: Tensor, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Square sheets (n, h, w, 3) and their ink (n, h, w), mirrored or turned in one of 8 ways."""
    axes = [axis for axis in (1, 2) if random.random() < 0.5]
    pictures, ink = pictures.flip(axes), ink.flip(axes)
    if random.random() < 0.5:
        pictures, ink = pictures.transpose(1, 2), ink.transpose(1, 2)
    return pictures, ink


_maker: SheetMaker | None = None  # of a worker process


def _begin(sources: Sources, ruled: float) -> None:
    global _maker
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _maker = SheetMaker(sources, Config(), ruled)


def _work(job: tuple[int, tuple[int, ...]]) -> Sheets:
    assert _maker is not None
    return _maker.make(*job)
