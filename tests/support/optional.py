"""Tests whose packages are not installed are skipped with a reason; `--require-all` fails them."""

import importlib.util
from collections.abc import Iterable
from typing import Final

import pytest

from tests.support.paths import ROOT

OPTION: Final = "--require-all"
NEEDS: Final = "needs "  # how the reasons begin of skips that the option turns into failures
OWN: Final = frozenset(path.name for path in ROOT.iterdir() if path.is_dir())


class OptionalModule(pytest.Module):
    """A module of tests that is skipped if a package that it imports is not installed."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The module's tests."""
        try:
            return super().collect()
        except self.CollectError as error:
            missing = getattr(error.__cause__, "name", None)
            if not isinstance(error.__cause__, ModuleNotFoundError) or not missing:
                raise
            package = missing.partition(".")[0]
            if package in OWN or importlib.util.find_spec(package):
                raise  # a wrong name of one of the project's modules, or of a package's submodule
            pytest.skip(f"{NEEDS}{package}, which is not installed", allow_module_level=True)


def require(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Turns the skip of a test whose needs are not met into a failure."""
    if report.outcome != "skipped" or not isinstance(report.longrepr, tuple):
        return
    path, line, reason = report.longrepr
    if reason.removeprefix("Skipped: ").startswith(NEEDS):
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: {reason} ({OPTION} forbids to skip it)"
