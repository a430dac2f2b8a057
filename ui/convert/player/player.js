// Shows event maps layer by layer. Each mount has one player, which keeps its layer with new data.
const players = new WeakMap()
const STEP_MS = 500
const PLAY = "M7 4v16l13-8z"
const PAUSE = "M7 5h3v14H7zM14 5h3v14h-3z"

export default function (component) {
  const { parentElement, data } = component
  let player = players.get(parentElement)
  if (!player) {
    player = start(parentElement)
    players.set(parentElement, player)
  }
  player.load(data)
  return () => {
    player.stop()
    players.delete(parentElement)
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

// The counts of all layers follow one another in the order of the layers.
function unpack(data) {
  const counts = new Uint16Array(bytes(data.counts).buffer)
  let from = 0
  return data.layers.map((layer) => {
    const to = from + layer.shape[0] * layer.shape[1]
    const own = counts.subarray(from, to)
    from = to
    return { ...layer, counts: own, least: Math.min(...own), most: Math.max(...own) }
  })
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const write = (selector, text) => (find(selector).textContent = text)
  const canvas = find("canvas")
  const scrub = find(".scrub")
  const stretch = find(".stretch input")
  let layers = []
  let ramp = null
  let counts = null
  let called = ""
  let at = 0
  let timer = null

  find(".play").onclick = () => (timer ? pause() : play())
  find(".back").onclick = () => goTo(at - 1)
  find(".next").onclick = () => goTo(at + 1)
  scrub.oninput = () => goTo(Number(scrub.value))
  stretch.onchange = () => show()
  return { load, stop }

  function load(data) {
    if (data.counts === counts) return
    counts = data.counts
    layers = unpack(data)
    ramp = bytes(data.ramp)
    called = data.called
    at = Math.min(at, layers.length - 1)
    scrub.max = layers.length - 1
    const picture = find(".picture")
    picture.src = `data:image/png;base64,${data.picture}`
    picture.alt = called
    const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255]
    const colours = stops.map((stop) => `rgb(${ramp.subarray(3 * stop, 3 * stop + 3)})`)
    find(".ramp").style.background = `linear-gradient(90deg, ${colours})`
    const whole = area(layers.length - 1)
    find(".whole").setAttribute("d", `${whole} V100 H0 Z`)
    find(".line").setAttribute("d", whole)
    show()
  }

  function play() {
    if (at === layers.length - 1) at = 0
    timer = setInterval(() => {
      at += 1
      if (at === layers.length - 1) pause()
      else show()
    }, STEP_MS)
    show()
  }

  function stop() {
    clearInterval(timer)
    timer = null
  }

  function pause() {
    stop()
    show()
  }

  function goTo(layer) {
    at = Math.max(0, Math.min(layer, layers.length - 1))
    pause()
  }

  // The curve of events so far, up to a layer.
  function area(to) {
    const total = layers.at(-1).soFar
    const points = layers
      .slice(0, to + 1)
      .map((layer, n) => `${across(n)},${100 - (100 * layer.soFar) / total}`)
    return `M${points.join(" L")}`
  }

  function across(layer) {
    return layers.length > 1 ? (100 * layer) / (layers.length - 1) : 0
  }

  function show() {
    const layer = layers[at]
    const [height, width, channels] = layer.shape
    const total = layers.at(-1).soFar
    const share = layer.soFar / total
    const places = `${height} × ${width} places, ${channels} channels`
    const silent = percent(1 - layer.events / layer.size)
    draw(layer)

    write(".step", `Layer ${at + 1} of ${layers.length}`)
    write(".name", layer.name.replaceAll("_", "_\u200b")) // may break after an underscore
    write(".shape", `${places}, ${layer.signed ? "values of both signs" : "rectified"}`)
    write(".events", number(layer.events))
    write(".silent", silent)
    find(".sofar").innerHTML = `${number(layer.soFar)} <small>of ${number(total)}</small>`
    find(".bar i").style.transform = `scaleX(${share})`
    find(".done").setAttribute("d", `${area(at)} L${across(at)},100 L0,100 Z`)

    const playing = timer !== null
    const last = at === layers.length - 1
    find(".player").classList.toggle("playing", playing)
    find(".play path").setAttribute("d", playing ? PAUSE : PLAY)
    write(".play span", playing ? "Pause" : last ? "Again" : "Play")
    find(".back").disabled = at === 0
    find(".next").disabled = last
    scrub.value = at
    scrub.setAttribute("aria-valuetext", `${at + 1}, ${layer.name}`)
    const map =
      `Events of ${layer.name} by place, for ${called}: ` +
      `${layer.least} to ${layer.most} of ${channels} channels`
    canvas.setAttribute("aria-label", map)
    // While it plays, a screen reader would have to read two sentences a second.
    if (!playing) {
      const events = `${number(layer.events)} events, ${silent} silent`
      const soFar = `${percent(share)} of all events so far`
      write(".description", `${layer.name}: ${places}; ${events}; ${soFar}.`)
    }
  }

  function draw(layer) {
    const [height, width, channels] = layer.shape
    const from = stretch.checked ? layer.least : 0
    const to = stretch.checked ? layer.most : channels
    const pixels = new ImageData(width, height)
    layer.counts.forEach((count, place) => {
      const colour = Math.round((255 * (count - from)) / Math.max(to - from, 1))
      pixels.data.set(ramp.subarray(3 * colour, 3 * colour + 3), 4 * place)
      pixels.data[4 * place + 3] = 255
    })
    canvas.width = width
    canvas.height = height
    canvas.getContext("2d").putImageData(pixels, 0, 0)
    write(".least", number(from))
    write(".most", `${number(to)} channels send`)
  }
}

function number(value) {
  return value.toLocaleString("en-US")
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`
}
