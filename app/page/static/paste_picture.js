// Gives a picture that is pasted or dropped anywhere on the page to Streamlit's file uploader, so that
// the same limits hold as for a chosen file. While there is no uploader, as in Draw, reports `pasted`
// and keeps the picture until there is one.
// `data.accept`: the types that the file dialog offers. A file of more than `data.max_bytes`, which
// the uploader refuses, removes the picture before it; any file removes those refused before it, which
// the uploader would show for ever beside what is read. `data.refusals`: what to say of a file that did
// not arrive, by the status of the server's answer; Streamlit names no more than the status.
const PATIENCE = 10_000; // ms to wait for an uploader
let waiting = null; // a picture that waits for an uploader

export default function ({ data, setTriggerValue }) {
  const limitDialog = () => findInput()?.setAttribute("accept", data.accept);
  const takePasted = (event) => {
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    if (!picture) return;
    event.preventDefault();
    take(picture);
  };
  const take = (picture) => {
    if (handOver(picture)) return;
    waiting = picture;
    setTimeout(() => {
      if (waiting === picture) waiting = null;
    }, PATIENCE);
    setTriggerValue("pasted", true);
  };
  // Else the browser would leave the page and show the file.
  const takeDropped = (event) => {
    const { dataTransfer, target, type } = event;
    if (!dataTransfer?.types.includes("Files") || target.closest?.(".st-key-file")) return;
    event.preventDefault();
    if (type === "drop") take(dataTransfer.files[0]);
  };
  const removeOutdated = ({ target, dataTransfer }) => {
    const files = [...(dataTransfer?.files ?? target.files ?? [])];
    if (!target.closest?.(".st-key-file") || !files.length) return;
    const isLarge = files.some(({ size }) => size > data.max_bytes);
    for (const chip of document.querySelectorAll(".st-key-file [data-testid=stFileChip]"))
      if (isLarge || chip.querySelector("[role=alert]")) chip.querySelector("button")?.click();
  };
  const observer = new MutationObserver(() => {
    if (waiting && handOver(waiting)) waiting = null;
    explainRefusals(data.refusals);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("paste", takePasted);
  for (const type of ["dragover", "drop"]) document.addEventListener(type, takeDropped);
  // The uploader is rendered late, so the types are set only when its dialog is about to open.
  document.addEventListener("click", limitDialog, true);
  for (const type of ["change", "drop"]) document.addEventListener(type, removeOutdated, true);
  return () => {
    for (const type of ["change", "drop"]) document.removeEventListener(type, removeOutdated, true);
    observer.disconnect();
    document.removeEventListener("paste", takePasted);
    for (const type of ["dragover", "drop"]) document.removeEventListener(type, takeDropped);
    document.removeEventListener("click", limitDialog, true);
  };
}

// React keeps its text nodes, so their text is changed and they stay.
function explainRefusals(refusals) {
  for (const alert of document.querySelectorAll(".st-key-file [role=alert]"))
    for (const part of alert.childNodes) {
      if (!part.data?.startsWith("AxiosError")) continue;
      const [status] = part.data.match(/\d+$/) ?? [];
      part.data = refusals[status] ?? refusals.other;
    }
}

function findInput() {
  return document.querySelector(".st-key-file input[type=file]");
}

function handOver(picture) {
  const input = findInput();
  if (!input) return false;
  const transfer = new DataTransfer();
  transfer.items.add(picture);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
