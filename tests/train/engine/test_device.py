"""The device and its precision: chosen by name, or the fastest on this machine."""

import pytest
import torch

from train.engine.device import pick_device, pick_precision

CPU = torch.device("cpu")


def test_a_name_is_taken_as_it_is() -> None:
    assert pick_device("cpu") == CPU
    assert pick_precision("float32", CPU) == "float32"
    assert pick_precision("bfloat16", CPU) == "bfloat16"


@pytest.mark.parametrize(
    "capabilities, expected",
    [
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True, "avx512_bf16": False}, "bfloat16"),
        ({"avx512_f": True}, "float32"),  # it would have to be emulated
        ({}, "float32"),
    ],
)
def test_bfloat16_is_used_where_the_processor_has_it(
    capabilities: dict[str, bool], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert pick_precision("auto", CPU) == expected
