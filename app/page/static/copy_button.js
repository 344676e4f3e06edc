// Copies `data.text` to the clipboard. The button is invisible while there is no text.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.disabled = !data.text;
  button.textContent = "Copy";
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text);
    } catch {
      // Browsers offer this only to https pages, and not to all frames.
      copyFromTextArea(data.text);
      button.focus();
    }
    button.textContent = "Copied";
  };
}

function copyFromTextArea(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
