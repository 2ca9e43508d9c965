/**
 * Keeps a page true: asks for it again every few seconds and takes over the regions marked data-live that differ. A
 * region that somebody is working in (an open form, the focus) is left alone until they are done.
 */
export function keepLive(everySeconds) {
  const again = async () => {
    if (!document.hidden) await refresh();
    setTimeout(again, everySeconds * 1000);
  };
  setTimeout(again, everySeconds * 1000);
}

async function refresh() {
  const fresh = await freshPage();
  document.getElementById("main").toggleAttribute("data-stale", fresh === null);
  if (fresh === null) return;
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (next !== null && !isBusy(region) && !region.isEqualNode(next)) region.replaceWith(document.adoptNode(next));
  }
}

const isBusy = (region) => region.querySelector("details[open]") !== null || region.contains(document.activeElement);

/** The page as the server sees it now. XMLHttpRequest parses it inertly, which Trusted Types allow. */
function freshPage() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = () => {
      if (new URL(request.responseURL).pathname !== location.pathname) location.assign(request.responseURL);
      resolve(request.status === 200 ? request.response : null);
    };
    request.onerror = () => resolve(null);
    request.send();
  });
}
