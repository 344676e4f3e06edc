"""The pool is made once, is the same for any number of processes, and is complete or missing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.small import CONFIG, small_sources
from train import mixture as mixture_module
from train import pool as pool_module
from train.augment.weak import is_weak
from train.config import Config
from train.data.datasets import Digits, Ink
from train.mixture import NEGATIVE, PARTS, Mixture
from train.pool import Pool


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    pool = Pool(small_sources(), CONFIG, tmp_path_factory.mktemp("pool"))
    pool.prepare(1, range(CONFIG.num_shards))
    return pool


def test_a_shard_holds_what_the_settings_say(pool: Pool) -> None:
    digits = pool.shard(0)
    assert digits.glyphs.shape[1:] == (28, 28)
    assert digits.glyphs.dtype == np.uint8
    assert len(digits.glyphs) == len(digits.labels) == pool.size(0)
    counts = np.bincount(digits.labels, minlength=11)
    signs = min(len(small_sources().signs), CONFIG.num_pictures // 4)
    assert counts[NEGATIVE] == CONFIG.num_negatives + signs
    # 200 of MNIST, pen digits, some of MNIST's strokes, pictures, photographs with ink found.
    pictures = min(len(small_sources().pictures.labels), CONFIG.num_pictures)
    others = 200 + CONFIG.num_pen + CONFIG.num_restroked + pictures
    photographs = counts[:NEGATIVE].sum() - others
    assert CONFIG.num_photographs * 0.8 <= photographs <= CONFIG.num_photographs


def test_shards_differ(pool: Pool) -> None:
    assert not np.array_equal(pool.shard(0).glyphs[:100], pool.shard(1).glyphs[:100])


def test_processes_make_the_same_shards(pool: Pool, tmp_path: Path) -> None:
    other = Pool(small_sources(), CONFIG, tmp_path)
    numbers = (0, 2)  # of one source set
    other.prepare(2, numbers)
    for number in numbers:
        assert np.array_equal(other.shard(number).glyphs, pool.shard(number).glyphs)
        assert np.array_equal(other.shard(number).labels, pool.shard(number).labels)


def test_what_is_there_is_not_made_again(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "write_arrays", None)  # calling it would fail
    pool.prepare(1, range(CONFIG.num_shards))


def test_a_source_set_is_made_once_for_many_shards(pool: Pool) -> None:
    names = sorted(path.name for path in pool.folder.iterdir())
    assert names == [
        *(f"shard-0{number}.npz" for number in range(3)),
        *(f"source-set-0{number}-{part}.npz" for number in range(2) for part in range(PARTS)),
    ]


def test_weak_shards_are_nearer_to_what_was_written() -> None:
    sources = small_sources()
    mixture = Mixture(sources, replace(CONFIG, num_pen=0, num_restroked=0, num_photographs=0))
    base = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))
    spread = [mixture.shard(number, base).glyphs.std(axis=0).mean() for number in range(6)]
    assert [is_weak(number) for number in range(6)] == [False, False, True] * 2
    assert max(spread[2], spread[5]) < min(spread[0], spread[1], spread[3], spread[4])


def test_settings_that_change_the_glyphs_have_a_pool_of_their_own() -> None:
    same = (
        Config(seed=3),
        Config(epochs=5),
        Config(distillation_weight=0.5),
        Config(network="teacher"),
    )
    assert {config.pool_id() for config in same} == {Config().pool_id()}
    assert Config().teacher().pool_id() == Config().pool_id()
    others = (Config(rotate=5.0), Config(pool_seed=1), Config(limit=10), Config(degrade_share=0.0))
    assert len({config.pool_id() for config in (*others, Config())}) == 5


def test_only_the_shards_that_are_asked_for_are_made(tmp_path: Path) -> None:
    pool = Pool(small_sources(), CONFIG, tmp_path)
    pool.prepare(1, {1})
    names = {path.name for path in pool.folder.iterdir()}
    assert {name for name in names if name.startswith("shard")} == {"shard-01.npz"}


def test_a_limit_holds_for_every_kind(tmp_path: Path) -> None:
    config = replace(CONFIG, limit=16)
    pool = Pool(small_sources(), config, tmp_path)
    pool.prepare(1, {0})
    kinds = 6  # MNIST, pen digits, traced ones, pictures, photographs and negatives
    assert len(pool.shard(0).labels) <= (kinds + 0.25) * 16


def test_no_writer_outweighs_the_others() -> None:
    ink = Ink(
        [[np.zeros((2, 2), np.float32)]] * 101, np.zeros(101, np.int64), np.arange(101) // 100
    )
    weights = mixture_module._writers_share(ink)
    assert weights[:100].sum() == pytest.approx(10 / 11)  # not 100 of 101
    assert weights.sum() == pytest.approx(1)
