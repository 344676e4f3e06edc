// Shows the reading, `data.html`. While the pen moves (see pen.js), asks the service for the reading
// of the drawing with the strokes that the page does not know yet, and shows that instead.
// data.drawing: see Drawing in headline.py; null for a picture.
const MIN_INTERVAL = 25; // ms between two requests
const MAX_POINTS = 800; // in a request; see app/api/live.py
const MAX_FAILURES = 3; // in a row, after which no request is sent for some time
const PAUSE = 10_000; // ms without a request
const PATIENCE = 2_000; // ms for the service to answer
const SAME_POINT = 0.1; // canvas pixels; the library moves the ends of strokes by at most 0.01

export default function ({ parentElement, data }) {
  parentElement.headline ??= new Headline(parentElement);
  parentElement.headline.update(data);
  return () => {
    parentElement.headline?.end();
    parentElement.headline = null;
  };
}

class Headline {
  pending = []; // strokes that the page's last run did not know
  live = null;
  sheet = null;
  isDrawing = false;
  version = 0; // of the ink, which grows with each point
  shownVersion = 0;
  isAsking = false;
  earliest = 0; // ms: when the next request may be sent
  failures = 0;
  endedToken = null;
  costly = null; // a run's `live`, whose drawing takes too long to read while the pen moves
  unshown = null; // HTML of the last run, of whose drawing newer HTML was asked for instead
  listeners = new AbortController();

  constructor(element) {
    this.shown = element.querySelector(".shown");
    this.status = element.querySelector(".spoken");
    const { signal } = this.listeners;
    document.addEventListener("ink", ({ detail }) => this.follow(detail), { signal });
  }

  end() {
    this.listeners.abort();
    clearTimeout(this.timer);
  }

  // The page has run.
  update({ html, drawing }) {
    document.dispatchEvent(new CustomEvent("answer")); // see connection.js
    this.live = drawing?.live ?? null;
    this.forgetKnown(drawing);
    this.unshown = html;
    if (this.pending.length && this.isLive() && !this.failures) {
      this.ask();
      return;
    }
    this.shownVersion = ++this.version; // older answers are dropped
    this.show(html);
    if (this.status.textContent !== this.shown.textContent)
      this.status.textContent = this.shown.textContent;
  }

  isLive() {
    const { live } = this;
    return live && live.token !== this.endedToken && live !== this.costly;
  }

  // Strokes cannot be counted, because the canvas drops some, such as those of cancelled touches.
  forgetKnown(drawing) {
    const [x, y] = drawing?.last_point ?? [];
    const isLast = ({ points: [[left, top]] }) =>
      Math.abs(left - x) < SAME_POINT && Math.abs(top - y) < SAME_POINT;
    if (drawing?.sheet !== this.sheet) this.pending = [];
    else this.pending.splice(0, this.pending.findLastIndex(isLast) + 1);
    this.sheet = drawing?.sheet;
  }

  follow({ stroke, isLifted }) {
    if (this.pending.at(-1) !== stroke) this.pending.push(stroke);
    this.isDrawing = !isLifted;
    this.version += 1;
    if (isLifted) this.earliest = 0; // the whole stroke is read at once
    this.ask();
  }

  ask() {
    clearTimeout(this.timer);
    if (this.isAsking || !this.isLive()) return;
    const wait = this.earliest - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.ask(), wait);
    else this.request();
  }

  async request() {
    const { version, live } = this;
    const strokes = this.pending.map(({ points }) => points);
    if (!strokes.length || strokes.flat().length > MAX_POINTS) return;
    const start = performance.now();
    this.isAsking = true;
    const body = {
      token: live.token,
      base: live.run,
      number: version,
      strokes,
      is_drawing: this.isDrawing,
    };
    try {
      const response = await fetch(live.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE),
      });
      if ([404, 405].includes(response.status)) this.endedToken = live.token;
      if (!response.ok) throw new Error(response.status);
      this.accept(await response.json(), live);
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    this.isAsking = false;
    const now = performance.now();
    const excess = Math.max(0, now - start - MIN_INTERVAL);
    this.earliest = Math.max(start + MIN_INTERVAL, now + excess / 2); // a slow service is asked less
    if (this.failures === MAX_FAILURES) {
      this.failures = 0;
      this.earliest = now + PAUSE;
    }
    if (this.version > version && this.pending.length) this.ask();
  }

  // html: null for a drawing that takes too long to read. Then the reading of the last run is shown.
  accept({ number, html }, live) {
    if (html === null) this.costly = live;
    if (!this.pending.length || number <= this.shownVersion) return;
    if (html !== null) {
      this.shownVersion = number;
      this.show(html);
    } else if (live === this.live && this.unshown !== null) this.show(this.unshown);
  }

  show(html) {
    this.unshown = null;
    if (this.html !== html) this.html = this.shown.innerHTML = html;
  }
}
