import { playable } from "./play.js";
import { pause, prefersStillness } from "./post.js";

const TUMBLES = 9;
const TUMBLE_MILLISECONDS = 85;
const byId = (id) => document.getElementById(id);

/** Throws the player's dice, then the other side's; each ends on the face that the server rolled. */
async function show({ user_dice: mine, dealer_dice: theirs }) {
  byId("sum-mine").textContent = "";
  byId("sum-theirs").textContent = "";
  await roll("[data-mine]", mine);
  byId("sum-mine").textContent = sum(mine);
  await roll("[data-theirs]", theirs);
  byId("sum-theirs").textContent = sum(theirs);
}

async function roll(selector, faces) {
  const dice = [...document.querySelectorAll(selector)];
  if (!prefersStillness()) {
    for (const [place, die] of dice.entries()) tumble(die, place);
    for (let turn = 0; turn < TUMBLES; turn += 1) {
      for (const die of dice) turnTo(die, 1 + Math.floor(Math.random() * 6));
      await pause(TUMBLE_MILLISECONDS);
    }
  }
  dice.forEach((die, place) => turnTo(die, faces[place]));
}

function tumble(die, place) {
  const way = place % 2 ? 1 : -1;
  die.animate(
    [
      { transform: "translateY(0) rotate(0)" },
      { transform: `translateY(-46%) rotate(${way * 190}deg)`, offset: 0.35 },
      { transform: `translateY(0) rotate(${way * 330}deg)`, offset: 0.75 },
      { transform: `translateY(-7%) rotate(${way * 350}deg)`, offset: 0.87 },
      { transform: `translateY(0) rotate(${way * 360}deg)` },
    ],
    { duration: TUMBLES * TUMBLE_MILLISECONDS, easing: "cubic-bezier(.3, .1, .4, 1)" },
  );
}

const turnTo = (die, face) => die.querySelector("use").setAttribute("href", `#die-${face}`);
const sum = (faces) => faces.reduce((total, face) => total + face, 0);

playable(show);
