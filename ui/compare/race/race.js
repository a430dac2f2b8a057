// Draws the lanes of the race. All speeds come from the server; the style sheet moves the photos.
export default function ({ parentElement, data }) {
  const race = parentElement.querySelector(".race")
  const pause = parentElement.querySelector(".pause")
  const lanes = parentElement.querySelector(".lanes")
  const text = JSON.stringify(data)
  if (race.dataset.drawn === text) return // the same race goes on after a run of the page
  race.dataset.drawn = text
  lanes.replaceChildren(
    ...data.lanes.map((lane) => draw(lane, data.photo)),
    ...data.pending.map(drawPending),
  )
  parentElement.querySelector(".note").textContent = data.note
  pause.onclick = () => {
    const paused = race.classList.toggle("paused")
    pause.setAttribute("aria-pressed", String(paused))
    pause.textContent = paused ? "Go on" : "Pause"
  }
}

function make(kind, name, text = "") {
  const element = document.createElement(kind)
  element.className = name
  element.textContent = text
  return element
}

function drawPending(name) {
  const item = make("li", "lane pending")
  const track = make("span", "track")
  track.setAttribute("aria-hidden", "true")
  item.append(make("span", "name", name), track, make("span", "time", "not measured yet"))
  return item
}

function draw(lane, photo) {
  const item = make("li", `lane ${lane.provenance}`)
  item.dataset.seconds = String(lane.seconds)
  item.style.setProperty("--share", String(lane.share))
  const name = make("span", "name", lane.name)
  name.append(make("span", "detail", lane.detail))
  const track = make("span", "track")
  track.setAttribute("aria-hidden", "true")
  const speed = make("span", "speed")
  speed.style.width = `${100 * lane.share}%`
  const runner = make("span", "runner")
  runner.style.animationDuration = `${lane.seconds}s`
  const picture = make("img", "")
  picture.src = photo
  picture.alt = ""
  runner.append(picture)
  track.append(speed, runner)
  if (lane.energy_share !== null) {
    const energy = make("span", "energy")
    const bar = make("i", "")
    bar.style.width = `${100 * lane.energy_share}%`
    bar.style.animationDuration = `${lane.seconds}s`
    energy.append(bar)
    track.append(energy)
  }
  const time = make("span", "time", lane.time)
  if (lane.energy) time.append(make("span", "detail", lane.energy))
  item.append(name, track, time)
  return item
}
