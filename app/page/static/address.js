const RETRY_MS = 500;

// Makes the page's address that of `data.way`, without a parameter for `data.default`, and reports
// the way that the browser's buttons Back and Forward lead to.
export default function ({ parentElement, data, setTriggerValue }) {
  const read = () => new URL(location.href).searchParams.get(data.parameter) ?? data.default;
  const isFirst = !parentElement.goBack;
  parentElement.goBack = (delay = RETRY_MS) => {
    parentElement.target = read();
    setTriggerValue("went", parentElement.target);
    clearTimeout(parentElement.retry);
    // The report is lost if Streamlit's own run for the new address overtakes it. Each further one
    // waits twice as long, so that a slow run is not interrupted for ever.
    parentElement.retry = setTimeout(() => {
      if (parentElement.isConnected) parentElement.goBack(2 * delay);
    }, delay);
  };
  if (isFirst) listen(parentElement);
  const { target } = parentElement;
  // Until it arrives, runs show the way from before the browser went back.
  if (target !== undefined && target !== data.way) return;
  clearTimeout(parentElement.retry);
  parentElement.target = undefined;
  if (read() !== data.way) write(data, isFirst);
}

// One listener stays for as long as the element is on the page: between two runs there must be none
// missing, or a press of Back would be lost.
function listen(element) {
  const follow = () => {
    if (element.isConnected) element.goBack();
    else removeEventListener("popstate", follow);
  };
  addEventListener("popstate", follow);
}

function write({ parameter, way, default: normal }, isFirst) {
  const url = new URL(location.href);
  if (way === normal) url.searchParams.delete(parameter);
  else url.searchParams.set(parameter, way);
  history[isFirst ? "replaceState" : "pushState"](history.state, "", url);
}
