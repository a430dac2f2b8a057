// Draws one channel: its map, where each place is one output.
import { LEGEND, paintChannel } from "./drawing.js"
import { capitalize, make, write, writeName, writePlace } from "./elements.js"
import { drawPreview } from "./neuron_view.js"
import { describe as describeAt, findLayer } from "./position.js"
import { findOrigin } from "./network_view.js"

export function drawChannel(view, stage) {
  const layer = findLayer(view, view.position)
  const [height, width, channels] = layer.output
  const values = view.outputs.get(layer.name)
  const canvas = make("canvas", { class: "map" })
  const marker = make("div", { class: "marker" })
  paintChannel(canvas, values, layer.output, view.position.channel)
  const lead = `Channel ${view.position.channel} of ${writeName(layer.name)}. Each place is one output. Choose one to see its sum.`
  const box = make("div", {}, make("div", { class: "canvas" }, canvas, marker), make("p", { class: "legend" }, LEGEND))
  const preview = make("div", { class: "preview" })
  stage.replaceChildren(make("p", { class: "lead" }, lead), make("div", { class: "pair" }, box, preview))
  choose()
  const follow = (event) => {
    const place = find(event)
    if (place.row !== view.position.row || place.column !== view.position.column) view.choose({ ...view.position, ...place })
  }
  canvas.onpointermove = follow
  canvas.onclick = (event) => {
    view.stage.focus({ preventScroll: true })
    follow(event)
    view.open()
  }
  return { choose, columns: () => width, describe, origin: () => findOrigin(marker, stage) }

  function find(event) {
    const area = canvas.getBoundingClientRect()
    const clip = (share, length) => Math.min(Math.max(Math.floor(share * length), 0), length - 1)
    return {
      row: clip((event.clientY - area.top) / area.height, height),
      column: clip((event.clientX - area.left) / area.width, width),
    }
  }

  function choose() {
    const { row, column } = view.position
    Object.assign(marker.style, {
      left: `${(100 * column) / width}%`,
      top: `${(100 * row) / height}%`,
      width: `${100 / width}%`,
      height: `${100 / height}%`,
    })
    preview.replaceChildren(...drawPreview(view, describeAt(view, view.position), view.open))
  }

  function describe() {
    const { row, column, channel } = view.position
    const value = values[(row * width + column) * channels + channel]
    const neuron = describeAt(view, view.position)
    return `${capitalize(writePlace(row, column))}: ${write(value)}, ${value === 0 ? "silence" : "an event"}. ${summarize(neuron)}`
  }
}

// Says in one sentence what an output is made of.
export function summarize(neuron) {
  if (neuron.form === "join") return `It is passed on from ${writeName(neuron.parts[0].source)}.`
  if (neuron.form === "add") return `It adds ${neuron.parts.map((part) => write(part.input)).join(" and ")}, aligned by shifts.`
  const sum = `Its sum is ${write(neuron.sum)}`
  if (neuron.layer.kind === "dense") return `${sum}.`
  const threshold = `; from ${write(neuron.rise)} on it sends an event`
  const below = neuron.fall === null ? "" : `, and from ${write(neuron.fall)} down a negative one`
  return `${sum}${threshold}${below}.`
}
