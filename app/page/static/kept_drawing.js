// Keeps the drawing and the pen in the tab's storage, and gives them back to a page of a new session,
// which does not know them: after a reload, or after a restart of the server.
// data: session; sheet, the number of the canvas; base, the objects that it began with; pen, the
// index of the visitor's pen; pen_width.
const KEY = "drawing";

export default function ({ parentElement, data, setTriggerValue }) {
  parentElement.keeper ??= new Keeper();
  const lost = parentElement.keeper.update(data);
  if (lost) setTriggerValue("kept", lost);
  return () => {
    parentElement.keeper?.end();
    parentElement.keeper = null;
  };
}

class Keeper {
  kept = load();
  listeners = new AbortController();

  constructor() {
    const { signal } = this.listeners;
    document.addEventListener("ink", ({ detail }) => this.add(detail), { signal });
  }

  end() {
    this.listeners.abort();
  }

  // The page has run. Returns what it has lost, if anything.
  update({ session, sheet, base, pen, pen_width }) {
    this.penWidth = pen_width;
    const { kept } = this;
    const isKnown = kept?.session === session && kept.sheet === sheet;
    if (isKnown && kept.pen === pen) return null;
    this.kept = { session, sheet, base, strokes: isKnown ? kept.strokes : [], pen };
    const isLost = kept && kept.session !== session && sheet === 0;
    if (isLost && (kept.base.length + kept.strokes.length || kept.pen !== pen))
      return { base: kept.base, strokes: kept.strokes, pen: kept.pen };
    store(this.kept);
    return null;
  }

  add({ stroke: { points }, isLifted }) {
    if (!isLifted || !this.kept) return;
    this.kept.strokes.push({ points, width: this.penWidth });
    store(this.kept);
  }
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null; // in a frame of another site, a browser may forbid storage
  }
}

function store(drawing) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drawing));
  } catch {
    // Without storage, or if it is full, the drawing is not kept.
  }
}
