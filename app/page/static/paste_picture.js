// Hands a picture that is pasted anywhere on the page to Streamlit's file uploader, so that it goes
// through the same limits as a dropped file. `data.accept`: the types that the file dialog offers.
export default function ({ data }) {
  const findInput = () => document.querySelector(".st-key-file input[type=file]");
  const limitDialog = () => findInput()?.setAttribute("accept", data.accept);
  const takePasted = (event) => {
    const input = findInput();
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    if (!input || !picture) return;
    const transfer = new DataTransfer();
    transfer.items.add(picture);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  };
  document.addEventListener("paste", takePasted);
  // The uploader is rendered late, so its dialog is limited only when it is about to open.
  document.addEventListener("click", limitDialog, true);
  return () => {
    document.removeEventListener("paste", takePasted);
    document.removeEventListener("click", limitDialog, true);
  };
}
