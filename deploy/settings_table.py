"""Writes the table of all settings into deploy/README.md: `python -m deploy.settings_table`.

With --check nothing is written, and the exit status is 1 if the table is out of date.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.settings import all_settings
from train.evaluate.text_table import replace_table, to_markdown
from train.files import write_atomically

README: Final = Path(__file__).resolve().parent / "README.md"
COMMAND: Final = "python -m deploy.settings_table"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    check = parser.parse_args(arguments).check
    old = README.read_text(encoding="utf-8")
    text = replace_table(old, "settings", table(), COMMAND)
    if check and text != old:
        print(f"{README}: its table differs from app/settings.py", file=sys.stderr)
        return 1
    if text != old:
        write_atomically(README, text)
    return 0


def table() -> str:
    """All settings in Markdown."""
    rows = [[f"`{name}`", *rest] for name, *rest in all_settings()]
    return to_markdown([["variable", "meaning", "default", "values"], *rows], is_text=True)


if __name__ == "__main__":
    sys.exit(main())
