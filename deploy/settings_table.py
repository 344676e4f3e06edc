"""Writes the table of all settings into deploy/README.md: `python -m deploy.settings_table`.

With --check nothing is written, and the exit status is 1 if the table is out of date.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.settings import all_settings
from train.evaluate.text_table import to_markdown

README: Final = Path(__file__).resolve().parent / "README.md"
BEGIN: Final = "<!-- settings: written by python -m deploy.settings_table -->"
END: Final = "<!-- /settings -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.settings_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    check = parser.parse_args(arguments).check
    old = README.read_text(encoding="utf-8")
    text = with_table(old)
    if check and text != old:
        print(f"{README}: its table differs from app/settings.py", file=sys.stderr)
        return 1
    if text != old:
        README.write_text(text, encoding="utf-8")
    return 0


def with_table(text: str) -> str:
    """The text with the current table between its marks."""
    pattern = f"{re.escape(BEGIN)}.*?{re.escape(END)}"
    return re.sub(pattern, lambda _: f"{BEGIN}\n{table()}\n{END}", text, count=1, flags=re.DOTALL)


def table() -> str:
    """All settings in Markdown."""
    rows = [[f"`{name}`", *rest] for name, *rest in all_settings()]
    return to_markdown([["variable", "meaning", "default", "values"], *rows], is_text=True)


if __name__ == "__main__":
    sys.exit(main())
