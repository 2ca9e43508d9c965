/** Counts down by the server's clock, whatever the reader's own clock says. `done` runs once at the end. */
export function countDown(element, done) {
  const until = Date.parse(element.dataset.until);
  const ahead = Date.parse(element.dataset.now) - Date.now();
  const days = element.querySelector("[data-days]");
  const clock = element.querySelector("[data-clock]");
  const tick = () => {
    const left = Math.max(0, Math.floor((until - Date.now() - ahead) / 1000));
    const wholeDays = Math.floor(left / 86400);
    days.textContent = wholeDays > 0 ? days.dataset.text.replace("#", wholeDays) : "";
    clock.textContent = [3600, 60, 1].map((unit, place) => part(left, unit, place)).join(":");
    if (left > 0) return;
    clearInterval(timer);
    done();
  };
  const timer = setInterval(tick, 1000);
  tick();
}

const part = (left, unit, place) => String(Math.floor(left / unit) % (place === 0 ? 24 : 60)).padStart(2, "0");
