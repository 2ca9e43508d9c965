import { playable } from "./play.js";
import { pause, prefersStillness } from "./post.js";

const LIFT_MILLISECONDS = 600;
const boxes = document.getElementById("boxes");
const all = [...boxes.querySelectorAll(".box")];
const radio = (box) => box.querySelector("input");

/** Lifts the lid of the picked box; what lies in it is what the server drew. After the last box a new round is laid. */
async function show({ box: number, label, boxes_left: left }) {
  if (all.every((box) => box.classList.contains("box-open"))) all.forEach(shut);
  const box = all.find((one) => radio(one).value === String(number));
  box.querySelector(".box-prize").textContent = label;
  box.classList.add("box-open");
  radio(box).disabled = left > 0;
  if (!prefersStillness()) await pause(LIFT_MILLISECONDS);
  if (left === 0) for (const one of all) radio(one).disabled = false;
  const next = left === 0 ? all[0] : all.find((one) => !one.classList.contains("box-open"));
  radio(next).checked = true;
}

function shut(box) {
  box.classList.remove("box-open");
  box.querySelector(".box-prize").textContent = "";
}

playable(show);
