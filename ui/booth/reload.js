(() => {
  if (window.qanaReload) return; // once for a window: each run of the page inserts this script again
  const start = location.href;
  const again = (seconds) => (window.qanaReload = setTimeout(load, seconds * 1000));
  // The show goes on until the server answers: a page that failed to load would stay.
  const load = () => {
    again(SECONDS);
    fetch(new URL("_stcore/health", new URL(".", start)))
      .then((answer) => answer.ok && window.qanaReload && location.replace(start))
      .catch(() => {});
  };
  again(SECONDS);
})();
