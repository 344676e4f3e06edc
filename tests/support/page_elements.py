"""What the page shows when it runs without a browser."""

import json
import re

from streamlit.testing.v1 import AppTest


def headline_html(page: AppTest) -> str:
    """The headline's HTML."""
    components = [element.proto for element in page.get("bidi_component")]
    headline = next(proto for proto in components if proto.component_name == "headline")
    return str(json.loads(headline.json)["html"])


def headline_text(page: AppTest) -> str:
    """The text of the headline."""
    return re.sub(r"<[^>]*>", "", headline_html(page))
