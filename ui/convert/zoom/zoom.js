// Starts the explorer of static/integer_network once, and gives it each new photo.
const instances = new WeakMap()

export default function ({ parentElement, data, setTriggerValue }) {
  let zoom = instances.get(parentElement)
  if (!zoom) {
    zoom = start(parentElement.querySelector(".zoom"), data)
    instances.set(parentElement, zoom)
  }
  zoom.openStudy = () => setTriggerValue("study", true)
  zoom.setPhoto(data.photo)
  return () => {
    zoom.stop()
    instances.delete(parentElement)
  }
}

function start(root, data) {
  const address = new URL("app/static/integer_network/explorer.js", document.baseURI)
  const self = { openStudy: () => {}, photo: null }
  const { network, at, study } = data
  const options = { network, at, study, onMove: writeAddress, onStudy: () => self.openStudy() }
  const explorer = import(address).then(({ startExplorer }) => startExplorer(root, options))
  explorer.catch((error) => {
    root.textContent = `The explorer cannot be loaded: ${error.message}. Reload the page.`
  })
  self.setPhoto = (photo) => {
    if (self.photo === photo.pixels) return // the page has run again with the same photo
    self.photo = photo.pixels
    const pixels = Uint8Array.from(atob(photo.pixels), (letter) => letter.charCodeAt(0))
    explorer.then((one) => one.setPhoto({ ...photo, pixels })).catch(() => {})
  }
  self.stop = () => explorer.then((one) => one.stop()).catch(() => {})
  return self
}

// Writes the place into the address, so that a copy of it opens the same place. The page need not run.
function writeAddress(at) {
  const address = new URL(location.href)
  if (at) address.searchParams.set("at", at)
  else address.searchParams.delete("at")
  history.replaceState(history.state, "", address)
}
