// Shows `data.html` and reports the name, `data-press`, of each pressed button or radio button in it.
// The keys in a button's `aria-keyshortcuts` press it from anywhere on the page.
//
// Of presses that arrive together, as quick ones by a slow connection do, Streamlit keeps the last.
// So each is numbered, and reported again with those after it until the page has handled it: the
// number of the last one that it has is `data.handled`.
const PATIENCE = 2_000; // ms; a press that is not handled by then was lost, and comes too late
const MAX_PRESSES = 32; // in one report

export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".panel");
  if (panel.shown !== data.html) replaceHtml(panel, data.html);
  const pressed = (panel.pressed ?? []).filter(({ number }) => number > data.handled);
  panel.pressed = pressed;
  panel.number = Math.max(panel.number ?? 0, data.handled);
  const press = (name) => {
    const now = performance.now();
    panel.number += 1;
    pressed.push({ number: panel.number, name, at: now });
    const recent = pressed.filter(({ at }) => now - at < PATIENCE).slice(-MAX_PRESSES);
    setTriggerValue(
      "pressed",
      recent.map(({ number, name: each }) => [number, each]),
    );
  };
  panel.onclick = (event) => {
    const button = event.target.closest("button[data-press]");
    if (button) press(button.dataset.press);
  };
  panel.onchange = (event) => press(event.target.dataset.press);
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
