"""Tables of text, for Markdown and for a terminal."""

import pytest

from train.evaluate.text_table import to_columns, to_markdown

ROWS = [["", "a", "bb"], ["first", "1", "22"], ["2nd", "333", "4"]]


def test_markdown_has_a_rule_below_the_header() -> None:
    assert to_markdown(ROWS).splitlines() == [
        "|  | a | bb |",
        "| --- | ---: | ---: |",
        "| first | 1 | 22 |",
        "| 2nd | 333 | 4 |",
    ]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert to_columns(ROWS).splitlines() == [
        "         a  bb",
        "first    1  22",
        "2nd    333   4",
    ]


def test_ragged_rows_are_refused() -> None:
    ragged = [*ROWS, ["one cell"]]
    with pytest.raises(ValueError, match=r"expected 3 cells in each row, got \[3, 3, 1\]"):
        to_markdown(ragged)
    with pytest.raises(ValueError, match="shorter"):
        to_columns(ragged)
