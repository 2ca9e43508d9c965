import { pause, prefersStillness } from "./post.js";

const PRESS_MILLISECONDS = 950;

/** The seal comes down on today's cell. The server has already stamped it; this only shows it. */
export async function pressSeal(cell) {
  if (cell === null) return;
  cell.querySelector(".seal")?.classList.remove("seal-waiting");
  cell.querySelector(".cell-word")?.remove();
  cell.classList.replace("cell-today", "cell-stamped");
  if (prefersStillness()) return;
  cell.scrollIntoView({ block: "nearest", behavior: "smooth" });
  cell.classList.add("cell-pressed");
  const sheet = cell.closest(".board-sheet");
  sheet.classList.add("board-shaken");
  navigator.vibrate?.(18);
  await pause(PRESS_MILLISECONDS);
  sheet.classList.remove("board-shaken");
}
