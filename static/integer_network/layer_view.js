// Draws one layer: the maps of all its channels side by side.
import { LEGEND, paintChannels } from "./drawing.js"
import { make, write } from "./elements.js"
import { findLayer } from "./position.js"
import { describeLayer, findOrigin } from "./network_view.js"

const GAP = 1

export function drawLayer(view, stage) {
  const layer = findLayer(view, view.position)
  const values = view.outputs.get(layer.name)
  const channels = layer.output[2]
  const columns = countColumns(stage.clientWidth || 320, channels)
  const canvas = make("canvas", { class: "maps" })
  const marker = make("div", { class: "marker" })
  const { across, down } = paintChannels(canvas, values, layer.output, columns)
  const box = make("div", { class: "canvas" }, canvas, marker)
  box.style.maxWidth = `${columns * findSide(channels) * 1.4}px`
  stage.replaceChildren(make("p", { class: "lead" }, describeLayer(view, layer)), box, make("p", { class: "legend" }, LEGEND))
  choose()
  canvas.onpointermove = (event) => {
    const channel = find(event)
    if (channel !== null && channel !== view.position.channel) view.choose({ ...view.position, channel })
  }
  canvas.onclick = (event) => {
    const channel = find(event)
    if (channel === null) return
    view.stage.focus({ preventScroll: true })
    view.choose({ ...view.position, channel })
    view.open()
  }
  return { choose, columns: () => columns, describe, origin: () => findOrigin(marker, stage) }

  function find(event) {
    const area = canvas.getBoundingClientRect()
    const x = ((event.clientX - area.left) / area.width) * canvas.width
    const y = ((event.clientY - area.top) / area.height) * canvas.height
    const channel = Math.floor(y / down) * columns + Math.min(Math.floor(x / across), columns - 1)
    return channel >= 0 && channel < channels ? channel : null
  }

  function choose() {
    const { channel } = view.position
    const share = (length, whole) => `${(100 * length) / whole}%`
    Object.assign(marker.style, {
      left: share((channel % columns) * across, canvas.width),
      top: share(Math.floor(channel / columns) * down, canvas.height),
      width: share(across - GAP, canvas.width),
      height: share(down - GAP, canvas.height),
    })
  }

  function describe() {
    const { channel } = view.position
    const places = values.length / channels
    let events = 0
    for (let at = channel; at < values.length; at += channels) if (values[at] !== 0) events++
    const last = layer.kind === "dense" ? `, ${view.network.classes[channel].name}: ${write(values[channel])}` : ""
    return `Channel ${channel} of ${channels}${last}: ${write(events)} of ${write(places)} outputs are not zero.`
  }
}

function findSide(channels) {
  if (channels <= 24) return 88
  if (channels <= 48) return 64
  return channels <= 120 ? 44 : 30
}

function countColumns(width, channels) {
  return Math.max(1, Math.min(channels, Math.floor(width / findSide(channels))))
}
