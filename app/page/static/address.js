const RETRY_MS = 500;

// Makes the page's address that of `data.way`, without a parameter for `data.default`, and reports
// the way that the browser's buttons Back and Forward lead to.
export default function ({ parentElement, data, setTriggerValue }) {
  const read = () => new URL(location.href).searchParams.get(data.parameter) ?? data.default;
  const isFirst = !parentElement.goBack;
  parentElement.goBack = () => {
    parentElement.target = read();
    setTriggerValue("went", parentElement.target);
  };
  if (isFirst) listen(parentElement);
  const { target } = parentElement;
  clearTimeout(parentElement.retry);
  if (target === undefined || target === data.way) {
    parentElement.target = undefined;
    if (read() !== data.way) write(data, isFirst);
  } else {
    // This run is from before the browser went back, or Streamlit's own run for the new address has
    // overtaken the report, with the way that was shown before.
    parentElement.retry = setTimeout(() => parentElement.goBack(), RETRY_MS);
  }
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
