"""Tables of text, for Markdown and for a terminal."""

import pytest

from train.evaluate.text_table import replace_table, to_columns, to_markdown

COMMAND = "python -m export.table"
MARKED = f"above\n<!-- costs: written by {COMMAND} -->\nold\n<!-- /costs -->\nbelow"
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


def test_a_table_is_replaced_between_its_marks() -> None:
    replaced = replace_table(MARKED, "costs", "new", COMMAND)
    assert replaced == MARKED.replace("old", "new")
    assert replace_table(replaced, "costs", "new", COMMAND) == replaced


@pytest.mark.parametrize(
    "text",
    [
        "no marks",
        MARKED.replace("<!-- /costs -->", ""),  # no end
        MARKED + MARKED,  # which of the two?
        MARKED.replace("costs", "prices"),  # another table's marks
        MARKED.replace(COMMAND, "another command"),
    ],
)
def test_a_table_needs_both_its_marks_once(text: str) -> None:
    with pytest.raises(ValueError, match="expected one <!-- costs: .* got"):
        replace_table(text, "costs", "new", COMMAND)
