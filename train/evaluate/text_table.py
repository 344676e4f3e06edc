"""Tables of text, as Markdown for documents and as aligned columns for a terminal.

A table is a sequence of rows of cells. The first row is the header. The first column has the names
of the rows and is aligned to the left; all others are aligned to the right, unless they are text.
"""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def to_markdown(rows: Rows, is_text: bool = False) -> str:
    """The table in Markdown, without a newline at the end. Raises ValueError for ragged rows.

    is_text: all columns are aligned to the left.
    """
    header, *body = rows
    if any(len(row) != len(header) for row in body):
        raise ValueError(f"expected {len(header)} cells in each row, got {[*map(len, body)]}")
    rule = ["---"] + ["---" if is_text else "---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *body))


def to_columns(rows: Rows) -> str:
    """The table in columns of equal width, without a newline at the end."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    )


def replace_table(text: str, name: str, table: str, command: str) -> str:
    """The text with a table between its two marks, which name the command that writes it.

    Raises ValueError unless each mark is there once.
    """
    begin, end = f"<!-- {name}: written by {command} -->", f"<!-- /{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        counts = text.count(begin), text.count(end)
        raise ValueError(f"expected one {begin} and one {end}, got {counts[0]} and {counts[1]}")
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}\n{table}\n{end}{tail}"
