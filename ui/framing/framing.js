// Lets a visitor move a square of a photo with a finger, a mouse or the arrow keys, enlarge it with
// two fingers, the wheel, the slider or plus and minus, and turn it by quarters. All shares refer to
// the turned photo.
const instances = new WeakMap()
const STEP = 0.04 // share of the square for an arrow key
const FACTOR = 1.12 // for a key or a notch of the wheel
const OVERVIEW = 480 // longer side of the whole photo in the overview, pixels
const LOST = 10000 // milliseconds after which a photo that brought no answer can be sent again
const SMALL_PART = 0.6 // share of the shorter side that counts as a small part

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  let framing = instances.get(parentElement)
  if (!framing) {
    framing = start(parentElement)
    instances.set(parentElement, framing)
  }
  framing.onChosen = (frame) => setTriggerValue("chosen", frame)
  framing.show(data)
  return () => {
    framing.stop()
    instances.delete(parentElement)
  }
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const square = find(".square")
  const canvas = find(".part")
  const overview = find(".whole canvas")
  const size = find("input")
  const classify = find(".classify")
  const fingers = new Map()
  const framing = { onChosen: () => {}, show, stop }
  let shown, photo, turned, least, centre, waiting
  let frame = { turns: 0, x: 0.5, y: 0.5, share: 1 }
  const watcher = new ResizeObserver(draw)
  watcher.observe(square)

  function stop() {
    clearTimeout(waiting)
    watcher.disconnect()
  }

  function show(data) {
    if (data.photo === shown) return
    shown = data.photo
    least = data.least
    centre = data.centre
    size.disabled = least >= 1
    classify.disabled = true
    photo = new Image()
    photo.onload = () => {
      frame = { turns: 0, x: 0.5, y: 0.5, share: 1 }
      turn(0)
      classify.disabled = false
    }
    photo.src = shown
  }

  function turn(quarters) {
    // The centre of the square turns with the photo.
    for (let i = 0; i < quarters; i++) [frame.x, frame.y] = [1 - frame.y, frame.x]
    frame.turns = (frame.turns + quarters) % 4
    const upright = frame.turns % 2 === 0
    turned = document.createElement("canvas")
    turned.width = upright ? photo.naturalWidth : photo.naturalHeight
    turned.height = upright ? photo.naturalHeight : photo.naturalWidth
    const pen = turned.getContext("2d")
    pen.translate(turned.width / 2, turned.height / 2)
    pen.rotate((frame.turns * Math.PI) / 2)
    pen.drawImage(photo, -photo.naturalWidth / 2, -photo.naturalHeight / 2)
    settle()
  }

  function side() {
    return frame.share * Math.min(turned.width, turned.height)
  }

  function settle() {
    frame.share = Math.min(Math.max(frame.share, least), 1)
    const half = side() / 2
    const within = (share, length) =>
      Math.min(Math.max(share, half / length), 1 - half / length)
    frame.x = within(frame.x, turned.width)
    frame.y = within(frame.y, turned.height)
    // The slider moves by equal factors, because the eye judges size by ratio.
    size.value = least < 1 ? Math.log(frame.share) / Math.log(least) : 0
    draw()
  }

  function draw() {
    if (!turned) return
    const pixels = Math.round(square.clientWidth * window.devicePixelRatio)
    canvas.width = canvas.height = pixels
    const seen = side() * centre
    const left = frame.x * turned.width - seen / 2
    const top = frame.y * turned.height - seen / 2
    const pen = canvas.getContext("2d")
    pen.imageSmoothingQuality = "high"
    pen.drawImage(turned, left, top, seen, seen, 0, 0, pixels, pixels)
    drawOverview(left, top, seen)
  }

  // A phone shows the whole photo in a corner only while a small part of it fills the square.
  function drawOverview(left, top, seen) {
    const scale = OVERVIEW / Math.max(turned.width, turned.height)
    overview.width = Math.round(turned.width * scale)
    overview.height = Math.round(turned.height * scale)
    const pen = overview.getContext("2d")
    pen.drawImage(turned, 0, 0, overview.width, overview.height)
    const box = [left * scale, top * scale, seen * scale, seen * scale]
    pen.fillStyle = "rgb(16 20 22 / 55%)"
    pen.beginPath()
    pen.rect(0, 0, overview.width, overview.height)
    pen.rect(...box)
    pen.fill("evenodd")
    pen.lineWidth = 4
    pen.strokeStyle = "#fbf8f3"
    pen.strokeRect(...box)
    find(".whole").hidden = seen > SMALL_PART * Math.min(turned.width, turned.height)
  }

  function move(across, down) {
    // In shares of the visible square, so that the photo follows the finger.
    const seen = side() * centre
    frame.x -= (across * seen) / turned.width
    frame.y -= (down * seen) / turned.height
    settle()
  }

  function enlarge(factor) {
    frame.share /= factor
    settle()
  }

  const spread = () => {
    const [a, b] = [...fingers.values()]
    return Math.hypot(a.x - b.x, a.y - b.y)
  }
  square.onpointerdown = (event) => {
    square.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
  }
  square.onpointermove = (event) => {
    const before = fingers.get(event.pointerId)
    if (!before || !turned) return
    const apart = fingers.size === 2 ? spread() : 0
    const across = (event.clientX - before.x) / square.clientWidth / fingers.size
    const down = (event.clientY - before.y) / square.clientWidth / fingers.size
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    if (fingers.size === 2 && apart > 0) frame.share *= apart / Math.max(spread(), 1)
    move(across, down)
  }
  square.onpointerup = square.onpointercancel = (event) => fingers.delete(event.pointerId)
  square.onwheel = (event) => {
    event.preventDefault()
    if (turned) enlarge(event.deltaY < 0 ? FACTOR : 1 / FACTOR)
  }
  square.onkeydown = (event) => {
    const act = {
      ArrowLeft: () => move(-STEP, 0),
      ArrowRight: () => move(STEP, 0),
      ArrowUp: () => move(0, -STEP),
      ArrowDown: () => move(0, STEP),
      "+": () => enlarge(FACTOR),
      "=": () => enlarge(FACTOR),
      "-": () => enlarge(1 / FACTOR),
      r: () => turn(1),
      R: () => turn(1),
    }[event.key]
    if (!act || !turned || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    act()
  }
  size.oninput = () => {
    frame.share = least ** Number(size.value)
    settle()
  }
  find(".turn").onclick = () => turned && turn(1)
  classify.onclick = () => {
    classify.disabled = true
    framing.onChosen(frame)
    // A message that is sent while the server is out of reach is lost without a word.
    clearTimeout(waiting)
    waiting = setTimeout(() => (classify.disabled = false), LOST)
  }
  return framing
}
