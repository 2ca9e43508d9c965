import { pause } from "./post.js";

const SOON = 150;
const ANYWAY = 60_000;
const AGAIN = 10_000;

/**
 * Keeps a page true. A stream says "something changed" as it happens; without one, and once a minute in any case (a day
 * may end), the page asks by itself. The regions marked data-live are taken over from a fresh copy of the page.
 */
export function keepLive(root) {
  const everySeconds = Number(root.dataset.every);
  let timer = 0;
  let later = 0;
  let source = null;
  let askedAt = 0;
  let isAsking = false;

  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    askedAt = Date.now();
    const answer = await digestNow();
    if (answer !== null && answer !== root.dataset.digest) await changed(root);
    isAsking = false;
  };
  // while a form waits for its own answer the page is about to change by itself
  const askSoon = async () => {
    await pause(SOON);
    while (document.querySelector("form [aria-busy=true]") !== null) await pause(SOON);
    await ask();
  };
  const tick = () => {
    const isTold = source !== null && source.readyState === EventSource.OPEN;
    if (!isTold || Date.now() - askedAt >= ANYWAY) ask();
  };
  const listen = () => {
    source = new EventSource("/stream");
    source.onopen = askSoon;
    source.onmessage = askSoon;
    // a browser opens a line that broke by itself, but never one that was refused; not everybody comes back at once
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) later = setTimeout(listen, AGAIN * (1 + Math.random()));
    };
  };
  const rest = () => {
    clearInterval(timer);
    clearTimeout(later);
    source?.close();
    source = null;
  };
  const wake = () => {
    rest();
    if (document.hidden) return;
    timer = setInterval(tick, everySeconds * 1000);
    listen();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => {
    if (event.persisted) wake();
  });
  wake();
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
