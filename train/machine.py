"""The machine that figures were measured on."""

import platform
from pathlib import Path


def cpu_name() -> str:
    """The processor's name as the system gives it; empty where it gives none."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
