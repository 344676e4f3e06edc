// Shows `data.picture` with a button around each digit, and reports the index of a pressed button.
// data.width: in CSS pixels, of a picture that is too small to see; null leaves it as it is.
// data.boxes: { area: { left, top, width, height } in percent, text, description, kind, chosen }.
const FINGERTIP = 44; // CSS pixels; each digit can be pressed in so wide and high an area around it
const MAX_LABELS = 30; // digits, from which on the labels of sure ones would hide the writing

export default function ({ parentElement, data, setTriggerValue }) {
  const figure = parentElement.querySelector("figure");
  const image = figure.querySelector("img");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  image.style.width = data.width ? `${data.width}px` : "";
  figure.classList.toggle("dense", data.boxes.length > MAX_LABELS);
  const buttons = resizeButtons(figure, data.boxes.length);
  buttons.forEach((button, index) => {
    describe(button, data.boxes[index]);
  });
  figure.onclick = (event) => {
    const button = pressedButton(event, buttons);
    if (button) setTriggerValue("chosen", buttons.indexOf(button));
  };
}

// Digits may be smaller than a fingertip, and boxes may overlap, so the nearest digit is the pressed
// one. The keyboard and screen readers name their button, and so does a label.
function pressedButton({ target, detail, clientX, clientY }, buttons) {
  if (detail === 0 || target.matches(".label")) return target.closest("button");
  const near = buttons
    .map((button) => ({ button, ...offsets(button.getBoundingClientRect(), clientX, clientY) }))
    .filter(({ isInReach }) => isInReach);
  near.sort((one, other) => one.outside - other.outside || one.inside - other.inside);
  return near[0]?.button;
}

// How far a point is from a box, in CSS pixels, and within it from the middle, as a share.
function offsets({ left, top, width, height }, x, y) {
  const [fromMiddleX, fromMiddleY] = [
    Math.abs(x - left - width / 2),
    Math.abs(y - top - height / 2),
  ];
  const isInReach =
    fromMiddleX <= Math.max(width, FINGERTIP) / 2 && fromMiddleY <= Math.max(height, FINGERTIP) / 2;
  return {
    isInReach,
    outside: Math.hypot(
      Math.max(0, fromMiddleX - width / 2),
      Math.max(0, fromMiddleY - height / 2),
    ),
    inside: Math.hypot(fromMiddleX / width, fromMiddleY / height),
  };
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
