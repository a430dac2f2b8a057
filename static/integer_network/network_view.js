// Draws the whole network: one card for each layer, in the order in which they run.
import { countEvents, paintEvents } from "./drawing.js"
import { make, write, writeName } from "./elements.js"
import { NETWORK } from "./position.js"
import { sendsEvents } from "./network.js"

const drawn = new WeakMap() // outputs to their cards, which stay the same until the next computation

export function drawNetwork(view, stage) {
  if (!drawn.has(view.outputs)) drawn.set(view.outputs, drawCards(view))
  const { cards, list } = drawn.get(view.outputs)
  const legend = make("p", { class: "legend" }, "Framed: layers that compute other integers than before the changes.")
  stage.replaceChildren(list, ...(view.changes.size ? [legend] : []))
  choose()
  return { choose, columns, describe: () => describe(view), origin }

  function choose() {
    for (const [name, card] of cards) card.classList.toggle("chosen", name === view.position.layer)
    const chosen = cards.get(view.position.layer)
    if (stage.getRootNode().activeElement === stage) chosen.scrollIntoView({ block: "nearest" })
  }

  function columns() {
    return getComputedStyle(list).gridTemplateColumns.split(" ").length
  }

  function origin() {
    return findOrigin(cards.get(view.position.layer), stage)
  }
}

function drawCards(view) {
  const cards = new Map(view.network.layers.map((layer) => [layer.name, drawCard(view, layer)]))
  return { cards, list: make("div", { class: "cards" }, ...cards.values()) }
}

// Finds the middle of an element as a place of the stage, for the animation.
export function findOrigin(element, stage) {
  const [inner, outer] = [element, stage].map((one) => one.getBoundingClientRect())
  return `${inner.left + inner.width / 2 - outer.left}px ${inner.top + inner.height / 2 - outer.top}px`
}

function drawCard(view, layer) {
  const values = view.outputs.get(layer.name)
  const canvas = make("canvas", {})
  paintEvents(canvas, values, layer.output)
  const changed = [...view.changes.values()].some((change) => change.layer === layer.name)
  const differs = view.changes.size > 0 && values.some((value, at) => value !== view.original.get(layer.name)[at])
  const card = make(
    "div",
    { class: `card${changed ? " changed" : ""}${differs ? " differs" : ""}` },
    canvas,
    make("span", { class: "name" }, writeName(layer.name)),
    make("span", { class: "facts" }, layer.output.join("×")),
  )
  card.onpointerenter = (event) => {
    if (event.pointerType === "mouse") view.choose({ ...view.position, layer: layer.name })
  }
  card.onclick = () => {
    view.stage.focus({ preventScroll: true })
    view.choose({ ...view.position, level: NETWORK, layer: layer.name })
    view.open()
  }
  return card
}

const DOES = {
  convolution: "sums products over all channels of a square",
  depthwise: "sums products over a square of one channel at a time",
  spread: "spreads each place over a square of a map with twice the side",
  add: "adds two maps",
  concatenate: "joins two maps, and computes nothing",
  dense: "sums all features into one logit for each class",
}

export function describeLayer(view, layer) {
  const values = view.outputs.get(layer.name)
  const reads = layer.sources.map(writeName).join(" and ")
  const events = sendsEvents(view.network, layer)
    ? ` ${write(countEvents(values))} of its ${write(values.length)} outputs are events.`
    : ""
  const pooled = layer.pooled ? ", then sums each map to one number" : ""
  return `${writeName(layer.name)} reads ${reads} and ${DOES[layer.kind]}${pooled}.${events}`
}

function describe(view) {
  return describeLayer(view, view.network.byName.get(view.position.layer))
}
