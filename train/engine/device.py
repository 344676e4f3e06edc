"""Chooses the processor to train on, and the precision of its arithmetic."""

import torch


def pick_device(name: str) -> torch.device:
    """The device by name, or the fastest that there is for "auto". Raises ValueError."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"expected a device of this machine (auto, cpu, cuda, mps), got {name}: {error}"
        ) from error
    return device


def pick_precision(name: str, device: torch.device) -> str:
    """The precision by name; for "auto" it is bfloat16 if the processor supports that."""
    if name != "auto":
        return name
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        has = torch.cpu.get_capabilities() if device.type == "cpu" else {}
        fast = bool(has.get("avx512_bf16") or has.get("amx_bf16"))
    return "bfloat16" if fast else "float32"
