// Turns all moves of the hand into the clean strokes of one mouse, because the canvas's library
// understands only a mouse or a finger that goes down on it, moves and goes up:
// - a stroke that begins beside the sheet is drawn from the point where it enters the sheet;
// - one that begins while no canvas is ready, as after Clear or Undo, is drawn on the next canvas;
// - of several fingers, the first one that moves draws, and a resting palm does not;
// - a cancelled touch ends its stroke;
// - moves that the browser has merged into one are separated again.
// The moves of a mouse on a ready canvas are left to the browser.
const MOUSE_RING = 24; // CSS pixels around the sheet in which a stroke may begin
const TOUCH_RING = 8; // the same for fingers, see board.css; outside of it, they scroll the page
const PATIENCE = 5_000; // ms to wait for the canvas after a tool is pressed, on a slow connection
const MOVE = 4; // CSS pixels that a finger moves before it draws
const PALM_MOVE = 24; // the same for a finger that has rested before
const REST = 300; // ms without a move after which a finger is resting
const MAX_DOT = 1_000; // ms; a finger that rests for longer leaves no dot
const CONTROLS = "button, label, input, a, summary, [role=dialog]";

export default function () {
  const listeners = new AbortController();
  const hand = new Hand();
  const listen = (calls, isWanted) => {
    for (const [type, call] of Object.entries(calls))
      window.addEventListener(type, (event) => isWanted(event) && call(event), {
        capture: true, // before the canvas, and before pen.js
        passive: false,
        signal: listeners.signal,
      });
  };
  const calls = {
    mousedown: (event) => hand.pressMouse(event),
    mousemove: (event) => hand.moveMouse(event),
    mouseup: (event) => hand.liftMouse(event),
    touchstart: (event) => hand.touch(event),
    touchmove: (event) => hand.moveFingers(event),
    touchend: (event) => hand.liftFingers(event),
    touchcancel: (event) => hand.liftFingers(event),
  };
  listen(calls, ({ isTrusted }) => isTrusted); // not to events that this script makes
  listen({ pointermove: (event) => hand.takeApart(event) }, () => true);
  listen({ selectstart: (event) => event.preventDefault() }, () => hand.mouse);
  listen({ click: () => hand.turnSheet() }, ({ target }) =>
    target.closest?.(".st-key-tools button"),
  );
  return () => listeners.abort();
}

// Points are [x, y] in CSS pixels of the window; `points` are those on the sheet.
class Stroke {
  points = [];
  canvas = null; // the one that draws it
  isLifted = false;

  add(point) {
    if (this.canvas) fire("mousemove", document, point);
    if (this.canvas || distanceToSheet(point) === 0) this.points.push(point);
  }

  begin(canvas) {
    this.canvas = canvas;
    const [first, ...rest] = this.points;
    fire("mousedown", canvas, first);
    for (const point of rest) fire("mousemove", document, point);
    if (this.isLifted) this.end();
  }

  lift() {
    this.isLifted = true;
    if (this.canvas) this.end();
  }

  end() {
    fire("mouseup", document, this.points.at(-1));
  }
}

class Hand {
  waiting = []; // strokes for a canvas that is not ready yet
  mouse = null; // the stroke of the mouse, unless it began on a canvas
  isMouseDrawing = false; // whether the mouse draws on a canvas
  fingers = new Map(); // the fingers on the sheet, by their identifiers
  finger = null; // the finger that draws
  leaving = null; // the canvas that is about to be replaced
  deadline = 0; // ms: how long to wait for its replacement

  // Every tool with a button shows a new canvas.
  turnSheet() {
    this.leaving = currentCanvas();
    this.deadline = performance.now() + PATIENCE;
  }

  pressMouse(event) {
    this.drawWaiting();
    if (event.button) return;
    const point = [event.clientX, event.clientY];
    this.isMouseDrawing = !this.waiting.length && this.canvasAt(point) !== null;
    if (this.isMouseDrawing || !mayBegin(event, point, MOUSE_RING)) return;
    if (distanceToSheet(point) === 0) event.stopPropagation();
    this.mouse = this.newStroke(point);
  }

  moveMouse(event) {
    if (!this.mouse) return;
    event.stopPropagation();
    this.mouse.add([event.clientX, event.clientY]);
    this.drawWaiting();
  }

  liftMouse(event) {
    this.isMouseDrawing = false;
    if (event.button || !this.mouse) return;
    event.stopPropagation();
    this.mouse.lift();
    this.mouse = null;
  }

  touch(event) {
    for (const { identifier, clientX, clientY } of event.changedTouches) {
      const start = [clientX, clientY];
      if (!mayBegin(event, start, TOUCH_RING)) continue;
      take(event);
      const finger = { start, points: [start], since: event.timeStamp, stroke: null };
      finger.listeners = this.followRemoved(event.composedPath()[0]);
      this.fingers.set(identifier, finger);
    }
  }

  moveFingers(event) {
    for (const { identifier, clientX, clientY } of event.changedTouches) {
      const finger = this.fingers.get(identifier);
      if (!finger) continue;
      take(event);
      this.moveFinger(finger, [clientX, clientY], event.timeStamp);
    }
  }

  moveFinger(finger, point, now) {
    finger.points.push(point);
    if (finger === this.finger) {
      finger.stroke.add(point);
    } else if (!this.finger && !finger.isPalm) {
      const move = now - finger.since > REST ? PALM_MOVE : MOVE;
      if (distance(finger.start, point) >= move) this.drawWith(finger);
    }
    this.drawWaiting();
  }

  drawWith(finger) {
    this.finger = finger;
    finger.stroke = this.newStroke(...finger.points);
    for (const other of this.fingers.values()) other.isPalm = other !== finger;
  }

  liftFingers(event) {
    for (const { identifier } of event.changedTouches) {
      const finger = this.fingers.get(identifier);
      if (!finger) continue;
      take(event);
      finger.listeners.abort();
      this.fingers.delete(identifier);
      const isDot = event.type === "touchend" && event.timeStamp - finger.since < MAX_DOT;
      if (isDot && !this.finger && !finger.isPalm) this.drawWith(finger);
      if (finger === this.finger) {
        this.finger = null;
        finger.stroke.lift();
      }
    }
  }

  // A finger's events go to the element where it went down, and end there if that was removed.
  followRemoved(target) {
    const forward = (event) => {
      if (target.isConnected) return;
      if (event.type === "touchmove") this.moveFingers(event);
      else this.liftFingers(event);
    };
    const listeners = new AbortController();
    for (const type of ["touchmove", "touchend", "touchcancel"])
      target.addEventListener(type, forward, { signal: listeners.signal });
    return listeners;
  }

  takeApart(event) {
    const isFinger = event.pointerType !== "mouse";
    if (isFinger ? this.fingers.size !== 1 || !this.finger : !this.isMouseDrawing) return;
    for (const { clientX, clientY } of (event.getCoalescedEvents?.() ?? []).slice(0, -1)) {
      if (isFinger) this.finger.stroke.add([clientX, clientY]);
      else fire("mousemove", document, [clientX, clientY], event.shiftKey);
    }
  }

  newStroke(...points) {
    const stroke = new Stroke();
    for (const point of points) stroke.add(point);
    this.waiting.push(stroke);
    this.drawWaiting();
    return stroke;
  }

  drawWaiting() {
    cancelAnimationFrame(this.frame);
    while (this.waiting.length) {
      const [stroke] = this.waiting;
      const canvas = stroke.points.length ? this.canvasAt(stroke.points[0]) : null;
      if (canvas) stroke.begin(canvas);
      else if (stroke.points.length || !stroke.isLifted) break;
      this.waiting.shift();
    }
    if (this.waiting.length) this.frame = requestAnimationFrame(() => this.drawWaiting());
  }

  canvasAt(point) {
    let element = document.elementFromPoint(...point);
    const { shadowRoot } = element ?? {};
    if (shadowRoot) element = shadowRoot.elementFromPoint(...point);
    const isLeaving = element === this.leaving && performance.now() < this.deadline;
    return element && element === currentCanvas() && !isLeaving ? element : null;
  }
}

// The newest canvas that can draw, even if it is not visible yet.
function currentCanvas() {
  return [...document.querySelectorAll(".st-key-canvas *")]
    .map(({ shadowRoot }) => shadowRoot?.querySelector("canvas.upper-canvas"))
    .findLast((canvas) => canvas);
}

function mayBegin({ target }, point, ring) {
  return !target.closest?.(CONTROLS) && distanceToSheet(point) <= ring;
}

function distanceToSheet([x, y]) {
  const sheet = document.querySelector(".st-key-canvas");
  if (!sheet) return Number.POSITIVE_INFINITY;
  const { left, right, top, bottom } = sheet.getBoundingClientRect();
  return Math.max(left - x, x - right, top - y, y - bottom, 0);
}

function distance([left, top], [x, y]) {
  return Math.hypot(left - x, top - y);
}

function take(event) {
  event.preventDefault(); // prevents scrolling, and mouse events for the same touch
  event.stopPropagation();
}

function fire(type, target, [clientX, clientY], shiftKey = false) {
  const buttons = type === "mouseup" ? 0 : 1;
  const options = { clientX, clientY, buttons, shiftKey, view: window };
  target.dispatchEvent(
    new MouseEvent(type, { ...options, bubbles: true, cancelable: true, composed: true }),
  );
}
