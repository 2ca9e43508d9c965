import { keepLive } from "./live.js";

const search = document.getElementById("search");

document.addEventListener("keydown", (event) => {
  if (search === null || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  search.focus();
  search.select();
});

/**
 * A form that opens has its first field ready: stop is a press and Enter. It opens here and not by itself, because the
 * browser tells of a form that it opened only later, and an Enter pressed in between would close it again.
 */
document.addEventListener("click", (event) => {
  const form = event.target.closest("summary")?.parentElement;
  const first = form?.querySelector("[data-first]");
  if (!first || form.open) return;
  event.preventDefault();
  form.open = true;
  first.select();
});

// on a phone the menu is a strip: where one is stands in its middle
document.querySelector(".rail-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const main = document.getElementById("main");
if (main.dataset.every !== undefined) keepLive(Number(main.dataset.every));
