"""The guards' own tests pass where the packages that the lock leaves out cannot be imported.

`tests/app/guard/test_served.py` tests a server that has only the lock's packages.
"""

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.tools.image_files import left_out, modules

pytestmark = pytest.mark.slow

# The tests use these to send requests; the server does not need them.
OF_TESTS = {"requests", "urllib3", "certifi", "charset_normalizer"}
TESTS = [
    "tests/app/guard",
    "tests/app/page/test_hostile_values.py",
    "tests/app/api/test_costly_ink.py",
    "tests/app/api/test_fair_places.py",
    "tests/app/api/test_limits.py",
    "tests/app/api/test_picture_bodies.py",
    "tests/app/ink/files/test_exif.py",
    "tests/app/ink/files/test_hostile_formats.py",
    "tests/app/ink/files/test_ink_file.py",
    "tests/app/ink/files/test_ordinary_formats.py",
    "tests/app/ink/files/test_unsupported_formats.py",
]
# These start servers, whose processes could import all packages.
SERVERS = [
    "tests/app/guard/test_served.py",
    "tests/app/guard/test_page_paths.py",
    "tests/app/guard/test_tcp_connections.py",
]
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(",")))
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_the_guards_hold_with_the_locks_packages_alone() -> None:
    names = {name for package in left_out() for name in modules(package) if name.isidentifier()}
    assert {"pandas", "pyarrow", "jsonschema"} <= names - OF_TESTS
    options = ["-q", "-p", "no:cacheprovider", *(f"--ignore={path}" for path in SERVERS), *TESTS]
    completed = subprocess.run(
        [sys.executable, "-c", WITHOUT, ",".join(sorted(names - OF_TESTS)), *options],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout[-3_000:] + completed.stderr[-1_000:]
    assert "skipped" not in completed.stdout
