/** A page that was closed for a moment opens itself again: not everybody's at once, and none behind other tabs. */
const SOON = 5_000;

function again() {
  if (document.hidden) setTimeout(again, SOON);
  else location.reload();
}

setTimeout(again, SOON * (1 + Math.random()));
