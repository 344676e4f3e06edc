// Follows the pen on the canvas by the mouse events that the canvas's own library listens to; see
// hand.js, which makes such events of what fingers do.
// For each point, dispatches an event "ink" at the document. Its detail has the `stroke`, with its
// `canvas` and its `points` [x, y] in canvas pixels, and whether the pen `isLifted`.
//
// Sends a drawing as soon as the pen is lifted. The canvas would wait 200 ms for another stroke; a
// button in its hidden toolbar sends at once. Without that button, the drawing is sent after the
// wait.
//
// Names the canvas for screen readers, and keeps the keyboard from the other buttons of the hidden
// toolbar, because its Edit would turn drawing off.
const SEND = 'button[aria-label="Update the app with this drawing"]';
const LABEL = "Sheet of paper to draw digits on";

export default function () {
  const listeners = new AbortController();
  const pen = new Pen();
  const listen = (type, call) =>
    document.addEventListener(type, call, { capture: true, signal: listeners.signal });
  listen("mousedown", (event) => pen.start(event));
  listen("mousemove", (event) => pen.move(event));
  listen("mouseup", (event) => pen.lift(event));
  const observer = new MutationObserver(prepareCanvas);
  observer.observe(document.body, { childList: true, subtree: true });
  prepareCanvas();
  return () => {
    listeners.abort();
    observer.disconnect();
  };
}

// The canvas is in a shadow root, which is filled after its host is added.
function prepareCanvas(_records, _observer, attempts = 100) {
  for (const host of document.querySelectorAll(".st-key-canvas *")) {
    const toolbar = host.shadowRoot?.querySelector(".dc-toolbar");
    if (!toolbar || toolbar.inert) continue;
    toolbar.inert = true;
    const canvas = host.shadowRoot.querySelector("canvas.upper-canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", LABEL);
    return;
  }
  const isPending = [...document.querySelectorAll(".st-key-canvas *")].some(
    ({ shadowRoot }) => shadowRoot && !shadowRoot.querySelector(".dc-toolbar"),
  );
  if (isPending && attempts) setTimeout(() => prepareCanvas(null, null, attempts - 1), 50);
}

class Pen {
  stroke = null; // the one that is being drawn

  start(event) {
    const canvas = event.composedPath()[0];
    if (event.button || !isCanvas(canvas)) return;
    this.stroke = { canvas, points: [] };
    this.add(event);
  }

  move(event) {
    if (this.stroke) this.add(event);
  }

  lift(event) {
    const { stroke } = this;
    if (event.button || !stroke) return;
    this.stroke = null;
    announce(stroke, true);
    const sendButton = stroke.canvas.getRootNode().querySelector(SEND);
    setTimeout(() => sendButton?.click()); // after the canvas has added the stroke
  }

  add(event) {
    const { canvas, points } = this.stroke;
    const point = pointOn(canvas, event);
    const last = points.at(-1);
    if (last && last[0] === point[0] && last[1] === point[1]) return;
    if (event.shiftKey && points.length > 1) points.pop(); // with Shift, lines are straight
    points.push(point);
    announce(this.stroke, false);
  }
}

function announce(stroke, isLifted) {
  document.dispatchEvent(new CustomEvent("ink", { detail: { stroke, isLifted } }));
}

function isCanvas(target) {
  const host = target.getRootNode().host;
  return target.matches?.("canvas.upper-canvas") && host?.closest(".st-key-canvas") != null;
}

function pointOn(canvas, { clientX, clientY }) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const x = ((clientX - left) * canvas.width) / width;
  const y = ((clientY - top) * canvas.height) / height;
  return [Math.round(100 * x) / 100, Math.round(100 * y) / 100];
}
