// Draws the sliders that change the network: of the layer, of the channel and of one weight.
import { make, write } from "./elements.js"
import { hasWeights, isDepthwise } from "./network.js"
import { CHANNEL, LAYER, PART, describe, findLayer } from "./position.js"

const UNTRAINED =
  "Nothing is trained again here. Weights, thresholds and bounds were learned together, so a network with others would be tuned before its use."
const TUNING = "With fewer bits, the network is tuned while it is quantized."
const LISTED = 6
const FEWER = ["weight_bits", "activation_bits"]

export function startControls(view, root) {
  const fields = make("div", { class: "fields" })
  const back = make("button", { type: "button", class: "putback" }, "Put everything back")
  back.onclick = view.putBack
  const made = make("ul", { class: "made" })
  const note = make("p", { class: "note", hidden: true })
  root.append(make("h3", {}, "Change the network"), fields, made, back, note)
  let drawn = "" // what the sliders change; they stay while one is dragged
  const sliders = new Map()
  let all = false // whether each change is listed
  return { draw }

  function draw() {
    const wanted = listSliders(view)
    const name = JSON.stringify(wanted.map((one) => one.key))
    if (name !== drawn) {
      drawn = name
      sliders.clear()
      const none = make("p", {}, "This layer has no weights, so nothing can be changed.")
      fields.replaceChildren(...(wanted.length ? wanted.map(drawSlider) : [none]))
    }
    for (const one of wanted) sliders.get(one.key)?.(one)
    back.disabled = view.changes.size === 0
    drawChanges()
    const fewer = [...view.changes.values()].some((change) => FEWER.includes(change.kind))
    note.hidden = view.changes.size === 0
    note.replaceChildren(UNTRAINED, ...(fewer ? writeNote(view.options) : []))
  }

  // Lists the changes, the first few until all are asked for.
  function drawChanges() {
    const more = view.changes.size - LISTED
    const listed = [...view.changes].slice(0, all ? undefined : LISTED).map(([key, change]) => drawChange(key, change))
    const toggle = make("button", { type: "button", class: "link" }, all ? "Show fewer" : `and ${more} more`)
    toggle.onclick = () => {
      all = !all
      drawChanges()
      made.lastChild.lastChild.focus({ preventScroll: true }) // the list opens below
    }
    made.replaceChildren(...listed, ...(more > 0 ? [make("li", {}, toggle)] : []))
  }

  function drawSlider(one) {
    const value = make("output", {})
    const input = make("input", { type: "range", min: one.low, max: one.high, step: one.step ?? 1, "aria-label": one.label })
    const reset = make("button", { type: "button", class: "reset", title: `Put back: ${one.label}` }, "Put back")
    input.oninput = () => {
      const number = Number(input.value)
      value.textContent = one.write(number)
      view.change(...one.make(number === one.usual ? null : number))
    }
    reset.onclick = () => view.change(...one.make(null))
    sliders.set(one.key, (now) => {
      const found = (one.keys ?? [one.key]).map((key) => view.changes.get(key))
      // A slider of all layers shows their number of bits only where they share one.
      const change = found.every((each) => each && one.read(each) === one.read(found[0] ?? each)) ? found[0] : null
      const number = change ? one.read(change) : now.usual
      if (Number(input.value) !== number) input.value = number
      value.textContent = one.write(number)
      reset.style.visibility = change ? "visible" : "hidden" // its place stays, so that the slider keeps its width
    })
    return make("div", { class: "slider" }, make("span", { class: "label" }, one.label, value), input, reset)
  }

  function drawChange(key, change) {
    const remove = make("button", { type: "button", "aria-label": `Put back: ${nameChange(change)}` }, "×")
    remove.onclick = () => view.change([key, null])
    return make("li", {}, nameChange(change), remove)
  }
}

// Lists the sliders of what is chosen: their range, the deployed value, and the change that each makes.
function listSliders(view) {
  const { position, deployed } = view
  if (position.level < LAYER) return listSlidersOfAll(deployed)
  const layer = deployed.byName.get(findLayer(view, position).name)
  if (!hasWeights(layer)) return []
  const hidden = layer.kind !== "dense"
  const common = { layer: layer.name }
  const { channel } = position
  const { bias, bias_shift: shifts, max_value: bounds, output_scales: scales } = layer.variables
  const list = [
    slider("weight_bits", "Bits of its weights", 1, 8, 8, common, "bits"),
    hidden && slider("activation_bits", "Bits of its outputs", 1, 8, 8, common, "bits"),
    hidden && slider("threshold", "All thresholds, in steps of the output", -40, 40, 0, common, "steps"),
    layer.rectified && slider("bounds", "All bounds, percent", 0, 200, 100, common, "percent"),
  ]
  if (position.level >= CHANNEL) {
    const own = { ...common, channel }
    const factor = shifts[channel] ? `, times ${write(2 ** shifts[channel])}` : ""
    list.push(slider("bias", `Bias of channel ${channel}${factor}`, -128, 127, bias[channel], own, "value"))
    if (layer.rectified) list.push(slider("bound", `Bound of channel ${channel}`, 0, 255, bounds[channel], own, "value"))
    if (hidden) list.push(slider("scale", `Scale of channel ${channel}`, 1, 255, scales[channel], own, "value"))
  }
  const weight = position.level === PART && findChosenWeight(view, layer)
  if (weight) list.push(slider("weight", "This weight", -128, 127, weight.usual, { ...common, ...weight.place }, "value"))
  return list.filter(Boolean)
}

// Lists the sliders that change every layer at once.
function listSlidersOfAll(network) {
  const layers = network.layers.filter(hasWeights)
  const make = (kind, label, some) => {
    const sliders = some.map((layer) => slider(kind, label, 1, 8, 8, { layer: layer.name }, "bits"))
    const keys = sliders.map((one) => one.key)
    return { ...sliders[0], key: `all ${kind}`, keys, make: (bits) => sliders.flatMap((one) => one.make(bits)) }
  }
  const hidden = layers.filter((layer) => layer.kind !== "dense")
  return [make("weight_bits", "Bits of all weights, the stem's too", layers), make("activation_bits", "Bits of all outputs", hidden)]
}

function slider(kind, label, low, high, usual, common, field) {
  const key = [kind, ...Object.values(common)].join(" ")
  return {
    key, label, low, high, usual,
    make: (value) => [[key, value === null ? null : { kind, ...common, [field]: value }]],
    read: (change) => change[field],
    write: (value) => (kind === "bounds" ? `${value}%` : write(value)),
  }
}

function findChosenWeight(view, layer) {
  const { position } = view
  const part = describe(view, position).parts[position.part]
  if (part?.weight === undefined) return null
  const { kernelRow: row, kernelColumn: column } = part
  const { channel } = position
  const input = isDepthwise(layer) ? channel : part.channel
  return { usual: layer.variables.weights[part.at], place: { row, column, input, channel } }
}

function nameChange(change) {
  const layer = change.layer.replaceAll("_", " ")
  const channel = `, channel ${change.channel}`
  switch (change.kind) {
    case "weight_bits":
      return `${layer}: weights of ${change.bits} bit${change.bits === 1 ? "" : "s"}`
    case "activation_bits":
      return `${layer}: outputs of ${change.bits} bit${change.bits === 1 ? "" : "s"}`
    case "threshold":
      return `${layer}: thresholds ${change.steps > 0 ? "+" : ""}${write(change.steps)}`
    case "bounds":
      return `${layer}: bounds at ${change.percent}%`
    case "weight":
      return `${layer}${channel}: weight ${write(change.value)}`
    default:
      return `${layer}${channel}: ${change.kind} ${write(change.value)}`
  }
}

function writeNote({ onStudy, study }) {
  const words = [` ${TUNING}`, study ? ` ${study}` : ""]
  if (onStudy) words.push(" ", make("button", { type: "button", class: "link", onclick: onStudy }, "See what tuning mends"))
  return words
}
