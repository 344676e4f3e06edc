// Tells visitors that the server does not answer, when the connection is lost, or when a stroke or a
// pressed button gets no answer. Closes Streamlit's own dialog, which covers the whole page and is
// written for developers.
//
// Streamlit notes in attributes of its app's element whether it is connected and whether a script
// runs. A headline that is shown anew, which the document's event "answer" reports, is an answer too.
const GRACE = 1_000; // ms to connect again, as when a phone changes networks
const PATIENCE = 2_000; // ms for an answer

export default function ({ parentElement }) {
  parentElement.connection ??= new Connection(parentElement.querySelector(".silence"));
  return () => {
    parentElement.connection?.end();
    parentElement.connection = null;
  };
}

class Connection {
  isLost = false;
  timer = null;
  app = document.querySelector(".stApp");
  listeners = new AbortController();
  noteObserver = new MutationObserver(() => this.readNotes());
  dialogObserver = new MutationObserver(() => this.closeDialog());

  constructor(silence) {
    this.silence = silence;
    const attributeFilter = ["data-test-connection-state", "data-test-script-state"];
    this.noteObserver.observe(this.app, { attributeFilter });
    const options = { capture: true, signal: this.listeners.signal };
    const listen = (type, call) => document.addEventListener(type, call, options);
    listen("ink", ({ detail }) => detail.isLifted && this.wait(PATIENCE));
    listen("click", ({ target }) => target.closest("[data-press]:enabled") && this.wait(PATIENCE));
    listen("answer", () => this.isLost || this.endWait());
  }

  end() {
    this.listeners.abort();
    this.noteObserver.disconnect();
    this.dialogObserver.disconnect();
    clearTimeout(this.timer);
  }

  readNotes() {
    const state = this.app.dataset.testConnectionState;
    const wasLost = this.isLost;
    this.isLost = state !== undefined && state !== "CONNECTED";
    if (!this.isLost) this.endWait();
    else if (!wasLost) this.lose();
  }

  lose() {
    this.wait(GRACE);
    this.openDialogs = new Set(document.querySelectorAll(".stDialog"));
    this.dialogObserver.observe(document.body, { childList: true, subtree: true });
  }

  // None of the page's own dialogs opens without the server, so a new one is Streamlit's.
  closeDialog() {
    const dialogs = [...document.querySelectorAll(".stDialog")];
    const dialog = dialogs.find((each) => !this.openDialogs.has(each));
    dialog?.querySelector("button[aria-label=Close]")?.click();
  }

  wait(milliseconds) {
    this.timer ??= setTimeout(() => {
      this.silence.hidden = false;
    }, milliseconds);
  }

  endWait() {
    clearTimeout(this.timer);
    this.timer = null;
    this.silence.hidden = true;
    this.dialogObserver.disconnect();
  }
}
