// Sends a drawing as soon as the pen is lifted. The canvas waits 200 ms for another stroke; its own
// toolbar's button, which is out of sight, sends at once and ends that wait. Without the button, the
// drawing is sent after the wait.
const SEND = 'button[aria-label="Update the app with this drawing"]';

export default function () {
  const listeners = new AbortController();
  const options = { capture: true, signal: listeners.signal };
  let canvas = null; // that the pen is on

  const start = (event) => {
    const target = event.composedPath()[0];
    if (!event.button && isCanvas(target)) canvas = target;
  };
  const lift = (event) => {
    if (!canvas || event.button || event.touches?.length) return;
    const sendButton = canvas.getRootNode().querySelector(SEND);
    canvas = null;
    setTimeout(() => sendButton?.click()); // when the canvas has added the stroke
  };
  for (const type of ["mousedown", "touchstart"]) document.addEventListener(type, start, options);
  for (const type of ["mouseup", "touchend"]) document.addEventListener(type, lift, options);
  return () => listeners.abort();
}

function isCanvas(target) {
  const host = target.getRootNode().host;
  return target.matches?.("canvas.upper-canvas") && host?.closest(".st-key-canvas") != null;
}
