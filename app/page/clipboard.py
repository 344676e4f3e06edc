"""The clipboard, which only the browser can reach: copy the reading, paste a picture."""

from typing import Final

import streamlit as st

_COPY_CSS: Final = """
button {
  font: inherit; font-size: 0.9rem; cursor: pointer; min-height: 2.75rem; padding: 0 0.9rem;
  color: var(--st-text-color); background: transparent; border-radius: var(--st-button-radius);
  border: 1px solid var(--st-border-color);
}
button:disabled { visibility: hidden; }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""

_COPY_JS: Final = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.disabled = !data.text;
  button.textContent = "Copy";
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text);
    } catch { // a page that is not served securely, or a frame that may not
      const area = document.createElement("textarea");
      area.value = data.text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
  };
}
"""

# What the browser offers to choose. A phone that keeps HEIC makes a JPEG for a page that asks so.
ACCEPTED: Final = "image/png,image/jpeg,image/webp,image/bmp,image/gif"

# What is pasted takes the way of what is dropped, through the uploader and its limits.
_PASTE_JS: Final = """
export default function ({ data }) {
  const uploader = () => document.querySelector(".st-key-file input[type=file]");
  const offer = () => uploader()?.setAttribute("accept", data.accept);
  const paste = event => {
    const input = uploader();
    const pictures = [...event.clipboardData.files].filter(one => one.type.startsWith("image/"));
    if (!input || !pictures.length) return;
    const transfer = new DataTransfer();
    transfer.items.add(pictures[0]);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  };
  document.addEventListener("paste", paste);
  document.addEventListener("click", offer, true); // before the uploader, which comes late, opens
  return () => {
    document.removeEventListener("paste", paste);
    document.removeEventListener("click", offer, true);
  };
}
"""

_copy: Final = st.components.v2.component(
    "digits_copy", html="<button type='button'>Copy</button>", css=_COPY_CSS, js=_COPY_JS
)
_paste: Final = st.components.v2.component("digits_paste", html="<span></span>", js=_PASTE_JS)


def copy_button(text: str) -> None:
    """A button that copies the text; its place is kept where there is none."""
    _copy(data={"text": text}, key="copy-button", width="content")


def take_pasted() -> None:
    """Hands pictures that are pasted anywhere on the page to the uploader of key `file`.

    The uploader then offers pictures alone to choose from, though it takes what is dropped.
    """
    _paste(data={"accept": ACCEPTED}, key="paste")
