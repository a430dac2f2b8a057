// On a narrow window the navigation is a drawer over the page. It closes after a choice. The choice
// is noted until its page is there, so that no other message of the page replaces it.
if (!window.qanaDrawer) {
  window.qanaDrawer = true // once for a window: each run of the page inserts this script again
  const LINKS = "[data-testid=stSidebarNavLink], [data-testid=stTopNavLink]"
  const note = (event) => {
    const link = event.target.closest(LINKS)
    if (!link) return
    window.qanaChoice = { page: link.pathname, at: performance.now() }
    window.qanaView = null // so that the page begins at its top, see scrolling.py
    if (window.innerWidth > 768 || link.dataset.testid !== "stSidebarNavLink") return
    setTimeout(() => {
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click()
    }, 100)
  }
  document.addEventListener("click", note, true)
}
