// Plays scenes: a photo and a question, the spikes of that photo, the answer. One scene of data is
// ahead, so the next one starts without a wait.
const players = new WeakMap()
const AGAIN = 5000 // milliseconds after which a scene that has not come is asked for again
const SPARK = [255, 180, 61]
const KEYS = { ArrowRight: "next", m: "map", h: "hold", v: "compare", Enter: "start" }

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  let player = players.get(parentElement)
  if (!player) {
    player = start(parentElement)
    players.set(parentElement, player)
  }
  player.send = setTriggerValue
  player.load(data)
  return () => {
    player.stop()
    players.delete(parentElement)
  }
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const write = (selector, text) => (find(selector).textContent = text)
  const box = find(".player")
  const pen = find(".spikes").getContext("2d")
  const chart = find(".layers").getContext("2d")
  const self = { send: () => {}, load, stop }
  let scene = null // the scene on the screen
  let ahead = null // the next scene, as soon as the server has sent it
  let phase = ""
  let [began, asked] = [0, 0] // when the phase began, and when the next scene was asked for
  let guess = null
  let held = false
  let impatient = false
  let seconds = {}
  let [question, limits] = ["", ""]
  let drawn = -1

  box.addEventListener("click", (event) => {
    const kind = event.target.closest(".kinds button")
    if (kind) choose(kind.value)
    else begin("scan")
  })
  window.addEventListener("keydown", press)
  const timer = setInterval(tick, 50)
  return self

  function stop() {
    clearInterval(timer)
    window.removeEventListener("keydown", press)
  }

  function load(data) {
    seconds = data.seconds
    question = data.question
    limits = data.limits
    find(".logo").src = data.logo
    find(".qr").hidden = !data.qr
    if (data.qr && find(".qr").src !== data.qr) find(".qr").src = data.qr
    find(".qr").alt = data.address ? `QR code of ${data.address}` : ""
    write(".address", data.invitation)
    find(".keys").hidden = !data.keys
    if (!scene) play(data.scene)
    else if (data.scene.number !== scene.number) {
      ahead = data.scene
      if (impatient) next()
    }
  }

  function play(data) {
    scene = data
    ahead = null
    guess = null
    impatient = false
    drawn = -1
    find(".photo").src = scene.photo
    find(".photo").alt = "A skin lesion"
    if (scene.map) find(".map").src = scene.map
    else find(".map").removeAttribute("src")
    const kinds = scene.kinds.map(({ code, name }) => {
      const button = document.createElement("button")
      button.type = "button"
      button.value = code
      button.textContent = name
      return button
    })
    find(".kinds").replaceChildren(...kinds)
    write(".limits", `${scene.origin} ${limits}`)
    ask()
    window.dispatchEvent(new CustomEvent("qana-scene", { detail: scene.number }))
    enter("guess")
  }

  // A message that is sent while the server is out of reach is lost without a word.
  function ask() {
    asked = performance.now()
    self.send("next", scene.number + 1)
  }

  function enter(name) {
    phase = name
    began = performance.now()
    box.dataset.phase = name
    const order = ["guess", "spikes", "verdict"].indexOf(name)
    root.querySelectorAll(".steps li").forEach((step, at) => step.classList.toggle("now", at === order))
    if (name === "guess") {
      write("h1", question)
      write(".lead", "Which of seven kinds of skin lesion is this? Touch your guess before the bar runs out.")
      write(".what", "A photo of a skin lesion, as the network reads it")
      write(".spoken", `${question} Which of seven kinds of skin lesion is this?`)
    } else if (name === "spikes") {
      write("h1", "The network computes")
      write(".lead", "Layer by layer, bright points send spikes. Dark points send nothing and cost nothing.")
    } else showVerdict()
  }

  function showVerdict() {
    const { answer } = scene
    write("h1", answer.headline)
    write(".lead", answer.lead)
    write(".what", scene.map ? `Bright colours: what made the network say “${answer.likeliest}”` : "The photo")
    const rows = answer.top.map(({ name, percent, share }, at) => {
      const row = document.createElement("li")
      row.className = at ? "" : "first"
      const label = document.createElement("span")
      label.textContent = name
      const number = document.createElement("span")
      number.textContent = percent
      const bar = document.createElement("span")
      bar.className = "share"
      bar.append(document.createElement("i"))
      bar.firstChild.style.width = `${100 * share}%`
      row.append(label, number, bar)
      return row
    })
    find(".top").replaceChildren(...rows)
    const own = guess && scene.kinds.find(({ code }) => code === guess).name
    write(".recorded", (own ? `Your guess: ${own}. ` : "") + answer.recorded)
    find(".near").classList.toggle("none", !scene.cases.length)
    const cases = scene.cases.map(({ picture, name }) => {
      const item = document.createElement("li")
      const image = document.createElement("img")
      image.src = picture
      image.alt = ""
      const label = document.createElement("span")
      label.textContent = name
      item.append(image, label)
      return item
    })
    find(".cases").replaceChildren(...cases)
    showWork(1)
    const { energy } = scene
    find(".energy").classList.toggle("known", Boolean(energy))
    if (energy) {
      find(".akida i").style.width = `${100 * energy.akida_share}%`
      find(".gpu i").style.width = "100%"
      write(".akida_number", energy.akida)
      write(".gpu_number", energy.gpu)
    }
    write(".spoken", `${answer.headline}. ${answer.recorded} ${scene.work}`)
  }

  function tick() {
    if (!scene) return
    const passed = (performance.now() - began) / 1000
    if (phase === "guess") {
      find(".countdown i").style.transform = `scaleX(${Math.max(0, 1 - passed / seconds.guess)})`
      if (passed >= seconds.guess && !held) enter("spikes")
    } else if (phase === "spikes") {
      const share = Math.min(1, passed / seconds.spikes)
      draw(Math.min(scene.layers.length - 1, Math.floor(share * scene.layers.length)))
      if (share === 1) enter("verdict")
    } else if (passed >= seconds.verdict && !held) next()
  }

  function draw(at) {
    if (at === drawn) return
    drawn = at
    const { width, height, shares } = scene.layers[at]
    const points = Uint8Array.from(atob(shares), (letter) => letter.charCodeAt(0))
    const pixels = new ImageData(width, height)
    // A steep curve, because most places of the first layers send something.
    points.forEach((share, place) => pixels.data.set([...SPARK, 255 * (share / 255) ** 3], 4 * place))
    pen.canvas.width = width
    pen.canvas.height = height
    pen.putImageData(pixels, 0, 0)
    write(".what", `Spikes in layer ${at + 1} of ${scene.layers.length}`)
    showWork((at + 1) / scene.layers.length)
    drawLayers(at)
  }

  // One bar for each layer, as high as the share of its numbers that are spikes.
  function drawLayers(at) {
    const { canvas } = chart
    canvas.width = canvas.clientWidth * devicePixelRatio
    canvas.height = canvas.clientHeight * devicePixelRatio
    const step = canvas.width / scene.layers.length
    const faint = getComputedStyle(box).getPropertyValue("--st-secondary-background-color")
    scene.layers.forEach((layer, place) => {
      const height = canvas.height * layer.active
      chart.fillStyle = faint
      chart.fillRect(place * step, 0, 0.8 * step, canvas.height)
      if (place > at) return
      chart.fillStyle = `rgb(${SPARK})`
      chart.globalAlpha = place === at ? 1 : 0.6
      chart.fillRect(place * step, canvas.height - height, 0.8 * step, height)
      chart.globalAlpha = 1
    })
  }

  function showWork(share) {
    const last = scene.layers[Math.max(0, Math.ceil(share * scene.layers.length) - 1)]
    find(".work .bar i").style.width = `${(100 * last.so_far) / scene.activations}%`
    write(".count", last.so_far.toLocaleString("en"))
    write(".work .number", share === 1 && phase === "verdict" ? scene.work : "")
  }

  function choose(code) {
    if (phase !== "guess") return
    guess = code
    enter("spikes")
  }

  function next() {
    if (ahead) return play(ahead)
    impatient = true // as soon as it comes
    if (performance.now() - asked > AGAIN) ask()
  }

  function begin(page) {
    self.send("start", page)
  }

  function press(event) {
    if (event.target.closest && event.target.closest("input, textarea")) return
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    const onButton = action === "start" && root.activeElement?.closest?.("button")
    if (!action || onButton || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (action === "next") next()
    else if (action === "map") box.classList.toggle("plain")
    else if (action === "hold") {
      held = !held
      find(".held").hidden = !held
    } else if (action === "compare") begin("compare")
    else begin("scan")
  }
}
