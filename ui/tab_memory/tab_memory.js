// Gives each tab of a browser a random name that lasts as long as the tab.
const KEY = "qana-tab"
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
  setStateValue("name", name)
}
