// Shows `data.html` and reports the name, `data-press`, of each button or radio button pressed in it.
export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".panel");
  if (panel.shown !== data.html) {
    const root = panel.getRootNode();
    const focused = panel.contains(root.activeElement) ? root.activeElement.dataset.press : null;
    panel.innerHTML = data.html;
    panel.shown = data.html;
    // Replacing the HTML drops the keyboard focus; the button of the same name gets it back.
    if (focused) panel.querySelector(`[data-press="${focused}"]`)?.focus();
  }
  panel.onclick = (event) => {
    const button = event.target.closest("button[data-press]");
    if (button) setTriggerValue("pressed", button.dataset.press);
  };
  panel.onchange = (event) => setTriggerValue("pressed", event.target.dataset.press);
}
