import { countDown } from "./countdown.js";
import { changed, keepLive } from "./live.js";
import { fill, once, post } from "./post.js";
import { pressSeal } from "./press.js";

const root = document.getElementById("home");
const words = document.getElementById("words-stamp")?.dataset;

function say(...lines) {
  const said = document.getElementById("said");
  said.replaceChildren(
    ...lines.map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }),
  );
}

async function stamp(form) {
  const answer = await post(form);
  if (answer === null) return say(words.trouble);
  if (answer.ok) {
    await pressSeal(document.querySelector(".cell-today"));
    const lines = [fill(words.xp, answer.xp_added)];
    if (answer.leveled_up) lines.push(fill(words.level, answer.current_level));
    say(...lines);
  } else {
    say(answer.message);
  }
  return changed(root);
}

async function claim(form) {
  const answer = await post(form);
  if (answer === null) return say(words.trouble);
  if (answer.ok) say(fill(answer.state === "GRANTED" ? words.claimed : words.waits, answer.level));
  else say(answer.message);
  return changed(root);
}

const DOING = { stamp, claim };

document.addEventListener("submit", (event) => {
  const doing = DOING[event.target.dataset.post];
  if (doing === undefined) return;
  event.preventDefault();
  once(event.target, () => doing(event.target));
});

const countdown = document.querySelector(".countdown");
// everybody's countdown ends in the same second
if (countdown !== null) countDown(countdown, () => setTimeout(() => location.reload(), 5_000 * Math.random()));
keepLive(root);
