(() => {
  if (window.qanaIdle) return; // once for a window: each run of the page inserts this script again
  clearTimeout(window.qanaReload); // the show does not reload while a visitor uses the app
  window.qanaReload = 0;
  const LONGEST = 300000; // milliseconds after a touch
  const seconds = SECONDS;
  const warning = Math.min(10, seconds / 2);
  const start = new URL(`?booth=1&idle=${seconds}KEYS`, new URL(".", location.href));
  const note = document.createElement("div");
  note.id = "qana-idle";
  note.setAttribute("role", "status");
  note.hidden = true;
  note.textContent = "Starting over in a moment: touch to stay";
  document.body.append(note);
  const again = () => {
    clearTimeout(window.qanaIdle);
    clearTimeout(window.qanaWarning);
    note.hidden = true;
    window.qanaWarning = setTimeout(() => (note.hidden = false), (seconds - warning) * 1000);
    window.qanaIdle = setTimeout(() => location.replace(start), seconds * 1000);
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"])
    window.addEventListener(kind, again, { passive: true, capture: true });
  // While a phone measures. A visitor's data do not stay longer than that, whatever phones do.
  let touched = performance.now();
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"])
    window.addEventListener(kind, () => (touched = performance.now()), { passive: true, capture: true });
  window.qanaStay = () => performance.now() - touched < LONGEST && again();
  again();
})();
