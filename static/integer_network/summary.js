// Draws what stays in sight at every level: the photo with the receptive field, the verdict, the events.
import { countEvents, paintPhoto } from "./drawing.js"
import { make, write, writePercent, writeSigned } from "./elements.js"
import { findReceptiveField } from "./neuron.js"
import { CHANNEL, PART, countAll, describe, findLayer } from "./position.js"

export function startSummary(view, root, check) {
  const canvas = make("canvas", { role: "img", "aria-label": "The photo as the network reads it" })
  const field = make("div", { class: "field", hidden: true })
  const caption = make("p", { class: "caption" })
  const verdict = make("p", { class: "verdict" })
  const bars = make("ul", { class: "bars" })
  const events = make("p", { class: "events" })
  const words = make("div", { class: "words" }, verdict, bars, events)
  root.append(make("figure", {}, make("div", { class: "photo" }, canvas, field), make("figcaption", {}, caption)), words)
  let painted = null
  return { draw, drawField }

  function draw() {
    const { network } = view
    if (painted !== view.photo) paintPhoto(canvas, view.photo.pixels, network.side)
    painted = view.photo
    const now = softmax(view.logits, network.temperature)
    const before = softmax(view.originalLogits, network.temperature)
    const top = findTop(now)
    const other = findTop(before)
    const changed = view.changes.size > 0
    verdict.replaceChildren(
      make("strong", {}, network.classes[top].name),
      ` ${writePercent(now[top])}`,
      changed && top !== other ? make("span", { class: "was" }, ` was ${network.classes[other].name}`) : "",
    )
    const order = [...now].sort((a, b) => b - a)
    bars.replaceChildren(
      ...network.classes.map((one, index) => drawBar(one, now[index], before[index], order.indexOf(now[index]))),
    )
    const total = countAll(network, view.outputs, countEvents)
    const deployed = countAll(network, view.original, countEvents)
    const change = ((total - deployed) / deployed) * 100
    events.textContent = `${write(total)} events`
    if (changed) events.textContent += ` (${writeSigned(Number(change.toFixed(1)))}% from ${write(deployed)})`
    check.textContent = changed ? "" : compare(deployed)
    const frame = root.parentElement
    Object.assign(frame.dataset, { events: total, verdict: network.classes[top].label, changes: view.changes.size })
    frame.dataset.logits = [...view.logits].join(" ")
    drawField()
  }

  // Compares with what Akida has computed for the same photo.
  function compare(events) {
    const { engine } = view.photo
    if (!engine) return ""
    const equal = engine.events === events && view.originalLogits.every((logit, at) => logit === Math.fround(engine.logits[at]))
    root.parentElement.dataset.equal = String(equal)
    return equal
      ? "Computed in this browser. The logits and the events equal those of Akida."
      : "This browser computes other integers than Akida: reload the page."
  }

  // Draws the receptive field of what is chosen.
  function drawField() {
    const { position, network } = view
    const box = findBox(view, position)
    field.hidden = !box
    if (!box) {
      caption.textContent = `The ${network.side}\u00a0×\u00a0${network.side} pixels that the network reads`
      return
    }
    const share = (pixels) => `${(100 * pixels) / network.side}%`
    const { top, left, bottom, right } = box
    const clip = (place) => Math.min(Math.max(place, 0), network.side - 1)
    const height = clip(bottom) - clip(top) + 1
    const width = clip(right) - clip(left) + 1
    Object.assign(field.style, { top: share(clip(top)), left: share(clip(left)), height: share(height), width: share(width) })
    const whole = height === network.side && width === network.side
    caption.textContent = whole
      ? "It depends on the whole photo"
      : `Its receptive field: ${write(height)}\u00a0×\u00a0${write(width)} pixels`
  }
}

function findBox(view, position) {
  if (position.level < CHANNEL) return null
  let layer = findLayer(view, position)
  let { row, column } = position
  if (position.level === PART) {
    const part = describe(view, position).parts[position.part]
    if (!part) return null
    row = part.row
    column = part.column
    if (part.source === "pixels") return { top: row, left: column, bottom: row, right: column }
    layer = view.network.byName.get(part.source)
  } else if (position.pixel) {
    const [top, left] = position.pixel
    layer = view.network.byName.get(layer.sources[0])
    return findReceptiveField(view.network, layer, { top, left, bottom: top, right: left })
  }
  return findReceptiveField(view.network, layer, { top: row, left: column, bottom: row, right: column })
}

function drawBar(one, now, before, rank) {
  const bar = make("span", { class: "bar" }, make("i", { style: `width:${100 * now}%` }), make("b", { style: `left:${100 * before}%` }))
  const row = make("li", { class: rank === 0 ? "top" : rank > 2 ? "rest" : "" }, make("span", { class: "name" }, one.name), bar)
  row.append(make("span", { class: "share" }, writePercent(now)))
  return row
}

function findTop(values) {
  return values.indexOf(Math.max(...values))
}

function softmax(logits, temperature) {
  const scaled = [...logits].map((logit) => logit / temperature)
  const most = Math.max(...scaled)
  const powers = scaled.map((value) => Math.exp(value - most))
  const total = powers.reduce((sum, value) => sum + value, 0)
  return powers.map((value) => value / total)
}
