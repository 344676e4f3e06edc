"""Compares this project with PP-OCR, a general reader: `python -m train.evaluate.peers`, minutes.

Needs `pip install -c requirements-app.txt rapidocr==3.10.0` with PP-OCRv6's small models, 31 MB, of
which 21 MB read lines and 10 MB find them; without it, nothing is measured or written. Both read
the same pictures, on none of which this project was trained: cells of photographed sudokus, bhmsds,
numbers of UNIPEN's validation writers, and numbers composed of single digits, both as bitmaps and
as rendered photographs. Writes models/peers.json: the share that each reads exactly, where a "?"
counts as wrong, and the time that it takes on one core.
"""

import importlib.util
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from train.evaluate import command_line

PEER: Final = "rapidocr"
PEER_VERSION: Final = "3.10.0"
COUNT: Final = 300  # pictures of each set


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = command_line.parser("train.evaluate.peers", __doc__, "models/peers.json")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures of each set, at most")
    command = parser.parse_args(arguments)
    if importlib.util.find_spec(PEER) is None or version(PEER) != PEER_VERSION:
        print(f"peers: skipped, because {PEER} {PEER_VERSION} is not installed; see --help")
        return 0

    # Imported late: these take seconds, and --help does not need them.
    from app.recognizer import Recognizer
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.evaluate.peer_scores import PaddleReader, collect, score

    sets = {}
    try:
        read_image, peer_reader = Recognizer(command.model).read_image, PaddleReader()
        for name, questions in collect(data_folder(command.data), command.count):
            sets[name] = score(read_image, peer_reader, questions)
            print(f"{name:24}{sets[name]}")
    except (DataError, OSError) as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    peer = f"{PEER} {PEER_VERSION}, PP-OCRv6 small"
    command_line.write(command, {"count": command.count, "peer": peer, "sets": sets})
    return 0


if __name__ == "__main__":
    sys.exit(main())
