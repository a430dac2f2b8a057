// Gives each tab of a browser a random name that lasts as long as the tab.
const KEY = "qana-tab"
const POLL = 50 // milliseconds
const IDLE_POLLS = 3
const PATIENCE = 200 // polls after which the name is sent in any case
const COMING = 60000 // milliseconds in which a chosen page is awaited
const sent = new WeakSet() // once for a mount, because each message runs the page again

export default function ({ parentElement, setStateValue }) {
  if (sent.has(parentElement)) return
  sent.add(parentElement)
  let name = sessionStorage.getItem(KEY)
  if (!name) {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
    sessionStorage.setItem(KEY, name)
  }
  // A message asks for the page that is there. It would replace the wish for another page, if a
  // visitor has just chosen one. So it waits until the chosen page is there and nothing runs.
  let idle = 0
  let polls = 0
  const timer = setInterval(() => {
    const app = document.querySelector("[data-testid=stApp]")
    const runs = app?.getAttribute("data-test-script-state") !== "notRunning"
    const { page, at } = window.qanaChoice ?? { at: -COMING } // noted by drawer.js
    const now = performance.now()
    if (page !== location.pathname && now - at < COMING) {
      idle = 0
      return
    }
    idle = runs ? 0 : idle + 1
    if (idle < IDLE_POLLS && ++polls < PATIENCE) return
    clearInterval(timer)
    if (!parentElement.isConnected) return
    setStateValue("name", name)
    window.qanaNamed = performance.now() // the page runs again now
  }, POLL)
}
