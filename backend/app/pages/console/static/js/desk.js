import { keepLive } from "./live.js";

const search = document.getElementById("search");

document.addEventListener("keydown", (event) => {
  if (search === null || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  search.focus();
  search.select();
});

/** A form that opens has its first field ready: stop is a press and Enter. */
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.open) event.target.querySelector("[data-first]")?.select();
  },
  true,
);

// on a phone the menu is a strip: where one is stands in its middle
document.querySelector(".rail-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const main = document.getElementById("main");
if (main.dataset.every !== undefined) keepLive(Number(main.dataset.every));
