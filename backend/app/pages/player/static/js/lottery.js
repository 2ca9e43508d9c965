import { playable } from "./play.js";
import { prefersStillness } from "./post.js";

const COLUMNS = 12;
const ROWS = 7;
const ENOUGH = 0.42;
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);
const scratch = byId("scratch");
const foil = byId("foil");
const rubs = byId("rubs");

/** Lays fresh foil over the prize that was drawn; resolves when enough of it is rubbed off, or all at once. */
async function show({ label }, { lines }) {
  byId("scratch-cheer").textContent = lines[0];
  byId("scratch-label").textContent = label;
  if (!prefersStillness()) await rubbedOff();
  scratch.classList.add("scratch-open");
}

function rubbedOff() {
  rubs.replaceChildren();
  scratch.classList.remove("scratch-open");
  scratch.classList.add("scratch-ready");
  const hint = byId("scratch-hint");
  const before = hint.textContent;
  const all = byId("scratch-all");
  hint.textContent = hint.dataset.ready;
  all.hidden = false;
  all.focus();
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const open = () => {
      listening.abort();
      scratch.classList.remove("scratch-ready");
      hint.textContent = before;
      all.hidden = true;
      resolve();
    };
    all.addEventListener("click", open, { signal });
    rub(signal, open);
  });
}

function rub(signal, open) {
  const touched = new Set();
  let line = null;
  const at = (event) => {
    const box = foil.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const draw = (event) => {
    const [x, y] = at(event);
    line.setAttribute("points", `${line.getAttribute("points")} ${x * 320},${y * 180}`);
    touched.add(`${Math.floor(x * COLUMNS)}:${Math.floor(y * ROWS)}`);
    if (touched.size / (COLUMNS * ROWS) > ENOUGH) open();
  };
  foil.addEventListener(
    "pointerdown",
    (event) => {
      line = document.createElementNS(SVG, "polyline");
      line.setAttribute("points", "");
      rubs.append(line);
      foil.setPointerCapture(event.pointerId);
      draw(event);
    },
    { signal },
  );
  foil.addEventListener("pointermove", (event) => line !== null && draw(event), { signal });
  foil.addEventListener("pointerup", () => (line = null), { signal });
}

playable(show);
