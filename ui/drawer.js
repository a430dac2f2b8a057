// On a narrow window the navigation is a drawer over the page. It closes after a choice.
if (!window.qanaDrawer) {
  window.qanaDrawer = true // once for a window: each run of the page inserts this script again
  document.addEventListener("click", (event) => {
    if (window.innerWidth > 768 || !event.target.closest('[data-testid="stSidebarNavLink"]')) return
    setTimeout(() => {
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click()
    }, 100)
  })
}
