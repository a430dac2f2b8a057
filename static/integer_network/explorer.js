// The explorer: one zoom from the whole network to a single product, and changes of the network. It
// draws into an element, and needs a network, a photo and nothing else.
import { startControls } from "./controls.js"
import { make } from "./elements.js"
import { startRunner } from "./runner.js"
import {
  CHANNEL,
  LAYER,
  NEURON,
  describe,
  readPosition,
  startPosition,
  step,
  writePosition,
  zoomIn,
  zoomOut,
} from "./position.js"
import { startCrumbs } from "./crumbs.js"
import { startSummary } from "./summary.js"
import { drawChannel } from "./channel_view.js"
import { drawLayer } from "./layer_view.js"
import { drawNetwork } from "./network_view.js"
import { drawNeuron } from "./neuron_view.js"

const VIEWS = [drawNetwork, drawLayer, drawChannel, drawNeuron, drawNeuron]
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const HELP = "Arrow keys choose, Enter goes in, Escape goes out, Backspace goes back."

// Options:
//   network      {description, integers, makeWorker}, see runner.js
//   at           position to begin with, from an address; may be empty
//   onMove       called with the position as text after each move
//   onState      called with the view, which holds the outputs and the changes, after each drawing
//   onStudy      opens the measured study; without it the page gives no link
//   study        one sentence on what the study measured
// Returns {setPhoto, stop}. A photo is {pixels, name, engine}, with (S, S, 3) uint8 pixels; `engine` has
// the logits and the events that Akida computed for it, or is null.
export function startExplorer(root, options) {
  const stage = make("div", { class: "stage", tabindex: "0", role: "application", "aria-label": "Zoom" })
  const readout = make("p", { class: "readout", role: "status", "aria-live": "polite" })
  const side = make("div", { class: "side" })
  const controls = make("div", { class: "controls" })
  const crumbs = make("nav", { class: "crumbs", "aria-label": "Levels of the zoom" })
  const help = make("p", { class: "help" }, HELP)
  const check = make("p", { class: "check" })
  const main = make("div", { class: "main" }, stage, readout, help, check)
  const frame = make("div", { class: "frame" }, crumbs, side, main, controls)
  root.replaceChildren(make("div", { class: "explorer" }, frame))
  frame.dataset.state = "loading"
  readout.textContent = "Loading the network"

  const view = {
    options, stage, changes: new Map(), photo: null, position: null, past: [],
    go, goBack, choose, say, change, open, putBack,
  }
  let drawn = null
  let wanted = null
  const parts = { crumbs: startCrumbs(view, crumbs), summary: startSummary(view, side, check), controls: startControls(view, controls) }
  const ready = startRunner(options.network).then((runner) => (view.runner = runner))
  ready.catch(fail)
  const resized = new ResizeObserver(() => drawn && view.position.level === LAYER && redraw())
  resized.observe(stage)
  stage.onkeydown = onKey

  return {
    setPhoto,
    stop() {
      resized.disconnect()
      ready.then((runner) => runner.stop()).catch(() => {})
    },
  }

  function fail(error) {
    frame.dataset.state = "failed"
    readout.textContent = `The network cannot be computed here: ${error.message}. Reload the page.`
  }

  async function setPhoto(photo) {
    wanted = photo
    frame.dataset.state = "computing"
    try {
      const runner = await ready
      if (wanted !== photo || !(await runner.setPhoto(photo.pixels, listChanges))) return
    } catch (error) {
      fail(error)
      return
    }
    view.photo = photo
    takeOutputs()
    view.position ??= readPosition(view, options.at) ?? startPosition(view.network)
    redraw()
  }

  function takeOutputs() {
    const { runner } = view
    Object.assign(view, {
      network: runner.network,
      outputs: runner.outputs,
      logits: runner.logits,
      deployed: runner.deployed,
      original: runner.original,
      originalLogits: runner.originalLogits,
    })
  }

  function redraw() {
    drawn = VIEWS[view.position.level](view, stage)
    for (const part of Object.values(parts)) part.draw()
    say(drawn.describe())
    frame.dataset.state = "ready"
    options.onState?.(view)
    frame.dataset.level = view.position.level
    frame.dataset.at = writePosition(view.position)
    frame.dataset.made = JSON.stringify(listChanges())
  }

  // Moves the zoom to another position. The new view grows out of the place that was chosen.
  function go(position, { back = false } = {}) {
    if (!position) return
    const begin = performance.now()
    const before = view.position
    if (!back && before.level >= NEURON && position.layer !== before.layer) view.past.push(before)
    view.position = position
    const deeper = position.level > before.level || position.layer !== before.layer
    stage.style.setProperty("--origin", drawn.origin?.() ?? "50% 50%")
    redraw()
    stage.classList.remove("deeper", "wider")
    void stage.offsetWidth // restarts the animation
    stage.classList.add(deeper && !back ? "deeper" : "wider")
    frame.dataset.milliseconds = (performance.now() - begin).toFixed(1)
    options.onMove?.(writePosition(position))
  }

  // Chooses something else on the same level, and draws only what depends on it.
  function choose(position) {
    view.position = position
    drawn.choose?.()
    parts.summary.drawField()
    if (position.level >= LAYER) parts.controls.draw()
    say(drawn.describe())
    frame.dataset.at = writePosition(position)
  }

  function say(text) {
    if (readout.textContent !== text) readout.textContent = text
  }

  function open() {
    const next = zoomIn(view, view.position)
    if (next) go(next)
    else say("This is a pixel of the photo. Nothing lies below it.")
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !view.position) return
    const arrow = ARROWS[event.key]
    if (arrow) choose(step(view, view.position, ...arrow, drawn.columns?.() ?? 1))
    else if (event.key === "Enter" && event.target === stage) open()
    else if (event.key === "Escape") go(zoomOut(view, view.position))
    else if (event.key === "Backspace") goBack()
    else return
    event.preventDefault()
  }

  function goBack() {
    const last = view.past.pop()
    if (last) go(last, { back: true })
  }

  function listChanges() {
    return [...view.changes.values()]
  }

  // Adds changes by their keys, or removes those that are null, and computes what follows from them.
  async function change(...entries) {
    for (const [key, value] of entries) {
      if (value) view.changes.set(key, value)
      else view.changes.delete(key)
    }
    await compute()
  }

  async function putBack() {
    view.changes.clear()
    await compute()
  }

  async function compute() {
    frame.dataset.state = "computing"
    try {
      await view.runner.setChanges(listChanges())
    } catch (error) {
      fail(error)
      return
    }
    takeOutputs()
    if (view.position.level > CHANNEL) keepPart()
    redraw()
  }

  // A change can remove the chosen product, because zeros are not summed.
  function keepPart() {
    const { parts: summed } = describe(view, view.position)
    if (view.position.part >= summed.length) view.position = { ...view.position, part: Math.max(summed.length - 1, 0) }
  }
}

