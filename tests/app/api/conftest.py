"""The service for the tests of one module."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    # Imported here, so that an environment without the server's packages can collect the tests.
    from tests.support.service import serving

    with serving() as address:
        yield address
