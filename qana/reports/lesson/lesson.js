// Runs the lesson: the gallery, the explorer, the facts of the photo, and the exercises.
import { countEvents, paintPhoto } from "./drawing.js"
import { make, write, writePercent } from "./elements.js"
import { startExplorer } from "./explorer.js"
import { sendsEvents } from "./network.js"
import { NEURON, describe } from "./position.js"

const FEWER_EVENTS = 0.95
const BITS = ["weight_bits", "activation_bits"]

const lesson = window.QANA_LESSON
const find = (selector) => document.querySelector(selector)
const place = new URLSearchParams(location.hash.slice(1))
const photos = lesson.photos.map((photo) => ({ ...photo, pixels: decode(photo.pixels) }))
const solved = {}
const explorer = startExplorer(find("#explorer"), {
  network: { description: lesson.description, integers: decode(lesson.integers).buffer, makeWorker },
  at: place.get("at"),
  study: lesson.study,
  onMove: (at) => keep("at", at),
  onState: update,
})
const buttons = photos.map((photo, index) => drawButton(photo, index))
find("#gallery").append(...buttons)
choose(Math.max(photos.findIndex(({ name }) => name === place.get("photo")), 0))

find("#questions").append(...lesson.questions.map(drawQuestion))

// A question answers at once and says why.
function drawQuestion({ key, text, options, right, why }) {
  const answer = make("p", { class: "state", role: "status" })
  const field = make("fieldset", { id: `question-${key}` }, make("legend", {}, text))
  options.forEach((option, index) => {
    const input = make("input", { type: "radio", name: key })
    input.onchange = () => {
      answer.textContent = `${index === right ? "Right." : `Wrong. Right is: ${options[right]}.`} ${why}`
      field.classList.toggle("solved", index === right)
    }
    field.append(make("label", {}, input, ` ${option}`))
  })
  field.append(answer)
  return field
}

function decode(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

// A page that was opened as a file can start a worker from a text only.
function makeWorker() {
  const address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }))
  return new Worker(address)
}

function drawButton(photo, index) {
  const canvas = make("canvas", {})
  paintPhoto(canvas, photo.pixels, lesson.description.side)
  return make("button", { type: "button", "aria-label": photo.name, onclick: () => choose(index) }, canvas)
}

function choose(index) {
  buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === index)))
  find("#about").textContent = `${photos[index].name}: ${photos[index].about}`
  keep("photo", photos[index].name)
  explorer.setPhoto(photos[index])
}

// Keeps the photo and the place of the zoom in the address, so that a link opens them again.
function keep(key, value) {
  place.set(key, value)
  history.replaceState(null, "", `#${place}`)
}

function update(view) {
  const { network } = view
  const hidden = network.layers.filter((layer) => sendsEvents(network, layer))
  const count = (outputs) => hidden.reduce((sum, layer) => sum + countEvents(outputs.get(layer.name)), 0)
  const size = hidden.reduce((sum, layer) => sum + view.outputs.get(layer.name).length, 0)
  const events = count(view.outputs)
  const negative = hidden.reduce((sum, layer) => sum + view.outputs.get(layer.name).filter((value) => value < 0).length, 0)
  const facts = { size: write(size), events: write(events), negative: write(negative), sparsity: writePercent(1 - events / size) }
  for (const fact of document.querySelectorAll("[data-fact]")) fact.textContent = facts[fact.dataset.fact]
  check(view, events, count(view.original))
}

function check(view, events, before) {
  const changes = [...view.changes.values()]
  const same = findTop(view.logits) === findTop(view.originalLogits)
  if (changes.length && same && events <= before * FEWER_EVENTS) {
    solve("events", `${write(events)} instead of ${write(before)} events, and the same verdict.`)
  }
  const layers = new Set(changes.map((change) => change.layer))
  if (layers.size === 1 && changes.every((change) => BITS.includes(change.kind)) && !same) {
    const bits = Math.min(...changes.map((change) => change.bits))
    if (bits > (solved.bits ?? 0)) {
      solved.bits = bits
      solve("bits", `${[...layers][0].replaceAll("_", " ")} loses the answer at ${bits} bit${bits === 1 ? "" : "s"}. Is there a layer that needs more?`)
    }
  }
  if (changes.length && view.position.level >= NEURON) {
    const { layer, row, column, channel, value } = describe(view, view.position)
    const at = (row * layer.output[1] + column) * layer.output[2] + channel
    const old = view.original.get(layer.name)[at]
    if (value === 0 && old !== 0) solve("silence", `It was ${write(old)}, and it is silent now.`)
  }
}

function findTop(values) {
  return values.indexOf(Math.max(...values))
}

function solve(name, words) {
  const exercise = find(`#exercise-${name}`)
  exercise.classList.add("solved")
  exercise.querySelector(".state").textContent = `Solved. ${words}`
}
