// Gives each tab of a browser a random name that lasts as long as the tab.
const KEY = "qana-tab"

export default function ({ data, setStateValue }) {
  let name = sessionStorage.getItem(KEY)
  if (!name) {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
    sessionStorage.setItem(KEY, name)
  }
  if (data.name !== name) setStateValue("name", name)
}
