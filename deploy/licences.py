"""Lists the licences of all deployed packages: `python -m deploy.licences`.

Prints what each installed package of requirements-app.lock declares and, where the texts in the
package name a copyleft licence, which bundled library has it. Exits with 1 if a package declares a
licence that is not in PERMISSIVE, or names a copyleft one and is not in COPYLEFT.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final, NamedTuple

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements-app.lock"
PERMISSIVE: Final = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-CMU", "PSF-2.0"}
    | {"Zlib"}
)
# How packages without an SPDX expression name their licence.
SPDX: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
# What is bundled in the packages whose texts name a copyleft licence. None of it binds this
# project's code, which only loads these libraries; the image contains the packages' texts.
COPYLEFT: Final = {
    "numpy": "libgfortran (GPL-3.0 with GCC's runtime exception), libquadmath (LGPL-2.1)",
    "onnxruntime": "Eigen (MPL-2.0)",
    "opencv-python-headless": "FFmpeg (LGPL-2.1), libgfortran and libquadmath as in numpy",
    "pillow": "nothing: FreeType is taken under its own licence, GPL scripts of xz are not in it",
    "typing-extensions": "nothing: Python's licence says that it is compatible with the GPL",
}
_TEXTS: Final = re.compile(r"licen[cs]e|copying|notice|third.?party", re.IGNORECASE)
_COPYLEFT: Final = re.compile(r"\bA?L?GPL|General Public License|Mozilla Public License")


class Licence(NamedTuple):
    """A package's licence. is_copyleft_named: whether its texts name a copyleft licence."""

    package: str
    version: str
    declared: str
    is_copyleft_named: bool

    @property
    def problem(self) -> str:
        """What somebody must look at; empty if there is nothing."""
        unknown = set(re.split(r" AND | OR ", self.declared)) - PERMISSIVE
        if unknown:
            return f"declares {self.declared!r}"
        if self.is_copyleft_named and self.package not in COPYLEFT:
            return "names a copyleft licence"
        return ""


def main() -> int:
    """Runs the command. Returns the exit status."""
    problems = 0
    for licence in licences():
        note = COPYLEFT.get(licence.package, "") if licence.is_copyleft_named else ""
        note = f"  brings along: {note}" if note else ""
        print(f"{licence.package:25} {licence.version:12} {licence.declared}{note}")
        if licence.problem:
            problems += 1
            print(f"licences: {licence.package} {licence.problem}", file=sys.stderr)
    return 1 if problems else 0


def licences() -> Iterator[Licence]:
    """The licences of the lock's packages, which must be installed."""
    for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        package = distribution(name)
        yield Licence(name, package.version, _declared(package), _is_copyleft_named(package))


def _declared(package: Distribution) -> str:
    """The licence that a package declares, as an SPDX expression."""
    fields = package.metadata
    classifiers = [text for text in fields.get_all("Classifier") or [] if text[:7] == "License"]
    by_classifier = classifiers[0].rpartition(" :: ")[2] if classifiers else ""
    named = [
        text for key in ("License-Expression", "License") for text in fields.get_all(key) or []
    ]
    text = next(filter(None, [*named, by_classifier]), "")
    return SPDX.get(text, text) or "nothing"


def _is_copyleft_named(package: Distribution) -> bool:
    texts = [file for file in package.files or [] if _TEXTS.search(file.name)]
    return any(
        _COPYLEFT.search(Path(str(package.locate_file(file))).read_text("utf-8", "replace"))
        for file in texts
        if not file.name.endswith((".py", ".js", ".pyc"))
    )


if __name__ == "__main__":
    sys.exit(main())
