/** Buttons that copy a code. Without this script the code is there to be marked. */
const SHOWN_MS = 2_000;

/** Shows the buttons inside `root`, where the browser can copy. */
export function showCopies(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, SHOWN_MS);
});

showCopies(document);
