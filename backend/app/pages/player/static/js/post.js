/** Sends a form the way the page itself would, and reads the server's answer as JSON. Null: it can't be reached. */
export async function post(form) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
    if (response.status === 401) {
      location.assign("/enter");
      return null;
    }
    return await response.json();
  } catch {
    return null;
  }
}

/** Runs `work` unless it is still running for this form: a second press waits for the first one's answer. */
export async function once(form, work) {
  const button = form.querySelector("button:not([type=button])");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work(button);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** A text with its `#` filled in. */
export const fill = (text, value) => text.replace("#", value);

export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
