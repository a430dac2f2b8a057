(() => {
  if (window.qanaAfresh) return; // once a window: each run of the page brings this script again
  const start = location.href;
  const again = (seconds) => (window.qanaAfresh = setTimeout(load, seconds * 1000));
  // A page that cannot be loaded would stay: the show goes on until the server answers.
  const load = () => {
    again(SECONDS);
    fetch(new URL("_stcore/health", new URL(".", start)))
      .then((answer) => answer.ok && window.qanaAfresh && location.replace(start))
      .catch(() => {});
  };
  again(SECONDS);
})();
