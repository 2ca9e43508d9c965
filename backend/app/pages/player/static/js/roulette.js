import { playable } from "./play.js";
import { prefersStillness } from "./post.js";

const SLOT_DEGREES = 60;
const PEG_DEGREES = 30;
const TURNS = 5;
const SPIN_MILLISECONDS = 4200;
const SETTLE = "cubic-bezier(.12, .72, .08, 1)";
const wheel = document.getElementById("wheel");
const pin = document.querySelector(".wheel-pin");
let angle = -SLOT_DEGREES * Number(document.getElementById("stage").dataset.slot);

/** Turns the wheel until the drawn slot stands under the pin, a little off its middle as a real one would. */
async function show({ slot }) {
  const off = prefersStillness() ? 0 : (Math.random() - 0.5) * 0.55 * SLOT_DEGREES;
  const rest = ((((-SLOT_DEGREES * slot + off - angle) % 360) + 360) % 360) + angle;
  const goal = rest + (prefersStillness() ? 0 : 360 * TURNS);
  if (!prefersStillness()) await spin(angle, goal);
  angle = goal % 360;
  wheel.style.transform = `rotate(${angle}deg)`;
}

async function spin(from, to) {
  const turning = wheel.animate([{ transform: `rotate(${from}deg)` }, { transform: `rotate(${to}deg)` }], {
    duration: SPIN_MILLISECONDS,
    easing: SETTLE,
    fill: "forwards",
  });
  let last = 0;
  const tick = () => {
    if (turning.playState !== "running") return;
    const now = Math.floor((turning.effect.getComputedTiming().progress * (to - from)) / PEG_DEGREES);
    if (now !== last) kick();
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  await turning.finished;
  wheel.style.transform = `rotate(${to}deg)`;
  turning.cancel();
}

function kick() {
  pin.animate([{ transform: "rotate(0)" }, { transform: "rotate(-13deg)" }, { transform: "rotate(0)" }], 110);
}

wheel.style.transform = `rotate(${angle}deg)`;
playable(show);
