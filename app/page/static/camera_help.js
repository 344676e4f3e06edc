// Says why the camera cannot be used, if it cannot, and reports `pictured` if the visitor chooses a
// picture instead. data.problems: the messages by name, see camera_help.py.
export default function ({ parentElement, data, setTriggerValue }) {
  const help = parentElement.querySelector(".help");
  help.querySelector("button").onclick = () => setTriggerValue("pictured", true);
  const check = async () => {
    const problem = data.problems[await findProblem()];
    help.hidden = !problem;
    help.querySelector("span").textContent = problem ?? "";
    const isHopeless = !isSecureContext;
    for (const input of document.querySelectorAll("[data-testid=stCameraInput]"))
      input.style.display = isHopeless ? "none" : "";
  };
  check();
  const timer = setInterval(check, 1000); // a camera may be connected or permitted at any time
  return () => clearInterval(timer);
}

async function findProblem() {
  if (!isSecureContext || !navigator.mediaDevices) return "insecure";
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  if (!devices.some(({ kind }) => kind === "videoinput")) return "missing";
  const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  return permission?.state === "denied" ? "refused" : "none";
}
