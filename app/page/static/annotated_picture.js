// Shows `data.picture` with a button around each digit, and reports the index of a pressed button.
// data.boxes: { area: { left, top, width, height } in percent, text, description, kind, chosen }.
const MAX_LABELS = 30; // digits, from which on the labels of sure ones would hide the writing

export default function ({ parentElement, data, setTriggerValue }) {
  const figure = parentElement.querySelector("figure");
  const image = figure.querySelector("img");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  figure.classList.toggle("dense", data.boxes.length > MAX_LABELS);
  resizeButtons(figure, data.boxes.length).forEach((button, index) => {
    describe(button, data.boxes[index]);
    button.onclick = () => setTriggerValue("chosen", index);
  });
}

// The buttons are kept from one reading to the next, so that the keyboard focus stays.
function resizeButtons(figure, count) {
  const buttons = [...figure.querySelectorAll("button")];
  while (buttons.length > count) buttons.pop().remove();
  while (buttons.length < count) {
    const button = newButton();
    figure.append(button);
    buttons.push(button);
  }
  return buttons;
}

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  for (const name of ["label", "description"]) {
    const part = document.createElement("span");
    part.className = name;
    part.setAttribute("aria-hidden", "true"); // the aria-label has the same text
    button.append(part);
  }
  return button;
}

function describe(button, box) {
  button.className = box.kind;
  for (const [side, percent] of Object.entries(box.area)) button.style[side] = `${percent}%`;
  button.querySelector(".label").textContent = box.text;
  button.querySelector(".description").textContent = box.description;
  button.setAttribute("aria-label", box.description);
  button.setAttribute("aria-pressed", String(box.chosen));
  button.classList.toggle("chosen", box.chosen);
  // Near an edge of the picture, label and description move to the side where they are not cut off.
  button.classList.toggle("at-top", box.area.top < 4);
  button.classList.toggle("at-right", box.area.left > 50);
  button.classList.toggle("at-bottom", box.area.top + box.area.height > 80);
}
