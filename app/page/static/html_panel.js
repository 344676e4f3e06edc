// Shows `data.html` and reports the name, `data-press`, of each pressed button or radio button in it.
// The keys in a button's `aria-keyshortcuts` press it from anywhere on the page.
export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".panel");
  if (panel.shown !== data.html) replaceHtml(panel, data.html);
  panel.onclick = (event) => {
    const button = event.target.closest("button[data-press]");
    if (button) setTriggerValue("pressed", button.dataset.press);
  };
  panel.onchange = (event) => setTriggerValue("pressed", event.target.dataset.press);
  panel.listeners ??= listenForKeys(panel);
  return () => {
    panel.listeners?.abort();
    panel.listeners = null;
  };
}

// Replacing the HTML drops the keyboard focus. The button of the same name gets it back, or another
// button if that one is disabled or gone.
function replaceHtml(panel, html) {
  const { activeElement } = panel.getRootNode();
  const focused = panel.contains(activeElement) ? activeElement.dataset.press : null;
  panel.innerHTML = html;
  panel.shown = html;
  if (!focused) return;
  const same = panel.querySelector(`[data-press="${focused}"]:enabled`);
  (same ?? panel.querySelector("[data-press]:enabled"))?.focus();
}

function listenForKeys(panel) {
  const listeners = new AbortController();
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.composedPath()[0].matches("input:not([type=radio]), textarea, [contenteditable]"))
        return;
      const button = panel.querySelector(`[aria-keyshortcuts~="${keysOf(event)}"]:enabled`);
      if (!button) return;
      event.preventDefault();
      button.click();
    },
    { signal: listeners.signal },
  );
  return listeners;
}

// The keys of an event in the format of aria-keyshortcuts, such as Control+Shift+Z.
function keysOf({ ctrlKey, metaKey, altKey, shiftKey, key }) {
  const modifiers = { Control: ctrlKey, Meta: metaKey, Alt: altKey, Shift: shiftKey };
  const pressed = Object.keys(modifiers).filter((name) => modifiers[name]);
  return CSS.escape([...pressed, key.length === 1 ? key.toUpperCase() : key].join("+"));
}
