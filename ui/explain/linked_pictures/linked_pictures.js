// Moves one cursor over two photos and their maps, and reads both maps under it.
const STEP = 1 / 32 // of the side, for an arrow key
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

// Each run of the page calls this again, and Streamlit cleans up only when the pictures go. So each call
// removes the listeners of the one before: two of them would move the cursor twice.
export default function (component) {
  const { parentElement, data } = component
  const box = parentElement.querySelector(".linked")
  const place = box.place ?? [0.5, 0.5]
  box.place = place
  const readers = [...box.querySelectorAll(".side")].map((side, at) => fill(side, data.sides[at]))
  box.stop?.abort()
  const stop = (box.stop = new AbortController())
  const listen = (name, act) => box.addEventListener(name, act, { signal: stop.signal })

  function point(x, y) {
    place[0] = Math.min(1, Math.max(0, x))
    place[1] = Math.min(1, Math.max(0, y))
    box.classList.add("pointing")
    box.style.setProperty("--x", `${100 * place[0]}%`)
    box.style.setProperty("--y", `${100 * place[1]}%`)
    readers.forEach((read) => read(place[0], place[1]))
  }

  function follow(event) {
    const picture = event.target.closest(".picture")
    if (!picture) return
    const { left, top, width, height } = picture.getBoundingClientRect()
    point((event.clientX - left) / width, (event.clientY - top) / height)
  }

  listen("pointermove", follow)
  listen("pointerdown", follow)
  listen("keydown", (event) => {
    const move = MOVES[event.key]
    if (!move) return
    event.preventDefault()
    point(place[0] + STEP * move[0], place[1] + STEP * move[1])
  })
  if (box.classList.contains("pointing")) point(...place)
  return () => stop.abort()
}

// Fills a side and returns the function that reads its map at a place.
function fill(side, data) {
  side.querySelector("figcaption").textContent = data.title
  const sources = [[data.photo, "The photo"]]
  if (data.map) sources.push([data.map, `The photo under a map of what supports ${data.supports}`])
  const pictures = sources.map(([source, words]) => {
    const picture = document.createElement("div")
    picture.className = "picture"
    const image = document.createElement("img")
    image.src = source
    image.alt = words
    image.draggable = false
    const cross = document.createElement("div")
    cross.className = "cross"
    picture.append(image, cross)
    return picture
  })
  side.querySelector(".pair").replaceChildren(...pictures)
  const value = side.querySelector(".value")
  value.textContent = data.percent ? "" : "No map yet."
  return (x, y) => {
    if (!data.percent) return
    const [column, row] = [x, y].map((share) => Math.min(data.grid - 1, Math.floor(share * data.grid)))
    const percent = data.percent[row * data.grid + column]
    value.textContent = `Here: ${percent} % of the strongest place for ${data.supports}`
  }
}
