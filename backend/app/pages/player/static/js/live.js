/**
 * Keeps a page true. A source says "something changed" (polling today; a stream can call `changed` instead), and the
 * regions marked data-live are taken over from a fresh copy of the page.
 */
export function keepLive(root) {
  const everySeconds = Number(root.dataset.every);
  let timer = 0;
  const ask = async () => {
    const answer = await digestNow();
    if (answer !== null && answer !== root.dataset.digest) await changed(root);
  };
  const start = () => {
    clearInterval(timer);
    if (!document.hidden) timer = setInterval(ask, everySeconds * 1000);
  };
  document.addEventListener("visibilitychange", () => {
    start();
    if (!document.hidden) ask();
  });
  start();
}

async function digestNow() {
  try {
    const response = await fetch("/live", { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).digest : null;
  } catch {
    return null;
  }
}

/** Takes over every live region that differs, and keeps the reader's place if it was inside one. */
export async function changed(root) {
  const fresh = await freshPage();
  if (fresh === null) return;
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (next !== null && !region.isEqualNode(next)) takeOver(region, document.adoptNode(next));
  }
  root.dataset.digest = fresh.getElementById(root.id)?.dataset.digest ?? root.dataset.digest;
}

function takeOver(region, next) {
  const hadFocus = region.contains(document.activeElement);
  region.replaceWith(next);
  if (!hadFocus) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

/** The page as the server sees it now. XMLHttpRequest parses it inertly, which Trusted Types allow. */
function freshPage() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.onload = () => resolve(request.status === 200 ? request.response : null);
    request.onerror = () => resolve(null);
    request.send();
  });
}
