// Shows `data.html`, what was read, and says it to screen readers: only a change inside a region
// that stays is announced.
export default function ({ parentElement, data }) {
  const shown = parentElement.querySelector(".shown");
  const status = parentElement.querySelector("[role=status]");
  if (shown.html === data.html) return;
  shown.html = shown.innerHTML = data.html;
  status.textContent = shown.textContent;
}
