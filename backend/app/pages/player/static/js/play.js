import { showCopies } from "./copy.js";
import { once, post } from "./post.js";

const byId = (id) => document.getElementById(id);
const words = byId("words-play").dataset;

/** Wires the page's one button. `show` moves what there is to move and resolves where the server's draw stands. */
export function playable(show) {
  const form = byId("play-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(form, (button) => playOnce(form, button, show));
  });
}

async function playOnce(form, button, show) {
  const label = button.textContent;
  button.textContent = words.busy;
  byId("result").replaceChildren();
  // the key stays until an answer came: pressing again after trouble asks for the same play, not for another
  const answer = await post(form);
  if (answer === null) {
    say(words.trouble);
  } else if (answer.ok) {
    form.elements.key.value = answer.next_key;
    byId("tickets").textContent = answer.tickets;
    await show(answer.shown, answer);
    byId("result").replaceChildren(card(answer));
    if (!answer.is_replay) countPlay(button);
    if (answer.token_balance < 1) ticketZero(form);
  } else {
    refuse(form, button, answer);
  }
  button.textContent = label;
}

/** One play less is left today, where there is a limit. */
function countPlay(button) {
  const why = byId("play-why");
  if (why.dataset.left === undefined) return;
  why.dataset.left -= 1;
  button.disabled = Number(why.dataset.left) < 1;
  why.textContent = button.disabled ? why.dataset.done : why.dataset.text.replace("#", why.dataset.left);
}

function refuse(form, button, answer) {
  if (answer.code === "NOT_ENOUGH_TOKENS") return ticketZero(form);
  if (answer.code === "DAILY_LIMIT_REACHED") button.disabled = true;
  return say(answer.message);
}

function ticketZero(form) {
  form.hidden = true;
  byId("ticket-zero").hidden = false;
}

function say(text) {
  byId("result").replaceChildren(element("p", "", text));
}

function card(answer) {
  const [cheer, what] = answer.lines;
  const link = element("a", "", words.verify);
  link.href = `/odds?play=${answer.play_id}#verify`;
  const foot = element("p", "", "");
  foot.append(link);
  const whole = element("div", answer.is_win ? "result-card result-win" : "result-card", "");
  whole.append(element("p", "result-cheer", cheer), element("p", "result-what", what), ...coupons(answer), foot);
  showCopies(whole);
  return whole;
}

/** The codes that the play won, as parts/coupons.html shows them on a page that is loaded. */
function coupons(answer) {
  return answer.coupons.map((one) => {
    const code = element("p", "coupon-code", "");
    const copy = element("button", "button button-line coupon-copy", words.copy);
    Object.assign(copy, { type: "button", hidden: true });
    Object.assign(copy.dataset, { copy: one.code, done: words.copied });
    code.append(element("code", "", one.code), " ", copy);
    const whole = element("div", "coupon", "");
    whole.append(element("p", "coupon-name", one.name), code);
    if (one.until) whole.append(element("p", "coupon-until", one.until));
    return whole;
  });
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
