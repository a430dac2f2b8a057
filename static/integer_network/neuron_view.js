// Draws one output as its sum: the integers that go in, the weights, the products, the running sum, the
// threshold, and the event or silence that follows.
import { capitalize, make, write, writeName, writePlace } from "./elements.js"
import { rescaleSum, roundSum } from "./neuron.js"
import { PIXELS, findWeight, isDepthwise } from "./network.js"
import { PART, describe as describeAt, followInput } from "./position.js"
import { drawSum } from "./sum_chart.js"

const LARGEST = 8
const PREVIEWED = 4

export function drawNeuron(view, stage) {
  const neuron = describeAt(view, view.position)
  const single = view.position.level === PART
  const chart = drawSum(neuron, `The sum builds up over ${neuron.parts.length} parts`, choosePart)
  const active = make("div", { class: "active" })
  const way = make("button", { type: "button", class: "main", onclick: enter })
  const table = single ? null : drawTable(neuron, (part) => choosePart(part, true))
  const lead = make("p", { class: "lead" }, writeLead(view, neuron))
  const result = make("p", { class: "result" }, ...writeResult(view, neuron))
  const legend = make("p", { class: "legend" }, writeLegend(neuron))
  stage.replaceChildren(lead, chart.drawing, legend, active, make("p", { class: "buttons" }, way), result, ...(table ? [table] : []))
  choose()
  return { choose, describe, columns: () => 10, origin: () => "50% 30%" }

  function choosePart(part, opens = false) {
    if (part !== view.position.part) view.choose({ ...view.position, part })
    if (opens) enter()
  }

  function enter() {
    view.open()
    view.stage.focus({ preventScroll: true })
  }

  function choose() {
    const { part } = view.position
    const one = neuron.parts[part]
    way.hidden = !one || (single && !followInput(view, one))
    if (!one) {
      active.replaceChildren(make("p", {}, "Every input is zero, so nothing is added to the bias."))
      return
    }
    chart.mark(part)
    way.textContent = writeWay(neuron, one, single)
    active.replaceChildren(
      make("p", { class: "count" }, `${capitalize(nameParts(neuron, 1))} ${part + 1} of ${neuron.parts.length}`),
      make("p", { class: "product" }, writeProduct(neuron, one)),
      make("p", {}, `The sum so far: ${write(chart.sums[part + 1])}.`),
    )
    if (single && neuron.layer.kernel > 1 && one.weight !== undefined) active.append(drawSquares(view, neuron, one))
    table?.mark(part)
  }

  function describe() {
    const { part } = view.position
    const one = neuron.parts[part]
    if (!one) return "Every input is zero."
    const where = one.source ? ` from ${writeName(one.source)}, channel ${one.channel},` : ""
    return `${capitalize(nameParts(neuron, 1))} ${part + 1} of ${neuron.parts.length}${where} at ${writePlace(one.row, one.column)}: ${write(one.product)}.`
  }
}

// Draws a small form of the sum, without controls, for a place that the pointer is on.
export function drawPreview(view, neuron, onOpen) {
  const { drawing } = drawSum(neuron, "The sum builds up", () => {})
  const result = make("p", { class: "result" }, ...writeResult(view, neuron))
  return [drawing, make("p", {}, writeLead(view, neuron)), result, drawTable(neuron, onOpen, PREVIEWED)]
}

function nameParts({ form }, count) {
  const name = { pooled: "pixel", products: "product", add: "input", join: "input" }[form]
  return count === 1 ? name : `${name}s`
}

function writeZeros(zeros, reads) {
  if (!zeros) return "None of its inputs is zero."
  if (zeros === reads) return "All of its inputs are zero."
  return zeros === 1 ? "One of its inputs is zero and costs nothing." : `${write(zeros)} of its inputs are zero and cost nothing.`
}

function writeLead(view, neuron) {
  const { layer, channel, parts, reads, form } = neuron
  if (form === "join") return `${writeName(layer.name)} passes this integer on.`
  if (form === "add") return `${writeName(layer.name)} adds two integers of one place.`
  if (form === "pooled") {
    return `Channel ${channel} of ${writeName(layer.name)} sums ${reads} pixels. Each pixel is a sum of products of its own, bounded by the ReLU.`
  }
  const name = layer.kind === "dense" ? `The logit of ${view.network.classes[channel].name}` : "This output"
  const products = reads === 1 ? "one product" : `${write(reads)} products`
  return `${name} is a sum of ${products}. ${writeZeros(reads - parts.length, reads)} The sum begins with the bias, ${write(neuron.bias)}.`
}

function writeLegend(neuron) {
  if (neuron.layer.kind === "dense") return "The line is the sum so far, from the bias on the left."
  const marks = neuron.fall === null ? "line is the threshold" : "lines are the thresholds"
  return `The line is the sum so far, from left to right. The dashed ${marks}.`
}

function writeProduct(neuron, part) {
  const shift = part.shift ? `\u00a0×\u00a0${write(2 ** part.shift)}` : ""
  if (neuron.form === "pooled") return write(part.product)
  if (part.weight === undefined) return `${write(part.input)}${shift} = ${write(part.product)}`
  return `${write(part.input)}${shift}\u00a0×\u00a0${write(part.weight)} = ${write(part.product)}`
}

function writeWay(neuron, part, single) {
  if (single) return "Follow its input"
  return `Zoom into ${nameParts(neuron, 1)} ${neuron.parts.indexOf(part) + 1}`
}

// Writes the arithmetic from the sum to the output, and what it means.
function writeResult(view, neuron) {
  const { form, sum, limit, value, layer } = neuron
  if (form === "join") return [make("strong", {}, write(value)), " is passed on."]
  if (layer.kind === "dense") {
    const scale = view.network.scales[neuron.channel]
    return [`Sum ${write(sum)} × ${scale.toPrecision(4)} = `, make("strong", {}, `logit ${view.logits[neuron.channel].toFixed(3)}`), "."]
  }
  if (neuron.pixel) return [`This pixel adds ${write(neuron.bounded)} to the sum of its channel.`]
  const steps = [`Sum ${write(sum)}`]
  if (form === "products" && limit !== null && sum < 0) steps.push("ReLU: 0")
  if (form === "products" && limit !== null && sum > limit) steps.push(`bounded: ${write(limit)}`)
  const factor = neuron.scale === 1 ? "" : `×\u00a0${neuron.scale} `
  const rounded = roundSum(neuron, sum)
  const sent = rescaleSum(neuron, sum)
  steps.push(`${factor}÷\u00a0${write(neuron.divisor)}, rounded: ${write(rounded)}`)
  if (rounded !== sent) steps.push(`limited to 8 bits: ${write(sent)}`)
  const event = value !== 0
  const threshold = writeThreshold(neuron, event)
  return [`${steps.join(" → ")}. `, make("strong", { class: event ? "fires" : "silent" }, event ? `An event: ${write(value)}.` : "Silence: 0."), ` ${threshold}`]
}

// A bound below the threshold silences every sum, also one that is above the threshold.
function writeThreshold({ sum, rise, fall }, event) {
  if (event) return `The sum has passed the threshold of ${write(sum < 0 ? fall : rise)}.`
  if (sum >= rise) return `The bound keeps it below the threshold of ${write(rise)}.`
  return `The sum has not reached the threshold of ${write(rise)}.`
}

// Lists the parts that matter most.
function drawTable(neuron, onOpen, count = LARGEST) {
  const order = neuron.parts.map((_, index) => index)
  order.sort((a, b) => Math.abs(neuron.parts[b].product) - Math.abs(neuron.parts[a].product))
  const rows = new Map()
  const titles = neuron.form === "pooled" ? ["Pixel", "Adds"] : ["From", "Input", "Weight", "Adds"]
  for (const index of order.slice(0, count)) {
    const part = neuron.parts[index]
    const place = `${part.row}, ${part.column}`
    const from = `${nameInput(neuron, part)} at ${place}`
    const shift = part.shift ? ` × ${2 ** part.shift}` : ""
    const cells = neuron.form === "pooled" ? [place, write(part.product)] : [from, write(part.input) + shift, part.weight === undefined ? "" : write(part.weight), write(part.product)]
    const row = make("tr", { onclick: () => onOpen(index) }, ...cells.map((cell) => make("td", {}, cell)))
    rows.set(index, row)
  }
  const head = make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))
  const caption = make("caption", {}, `The largest of ${write(neuron.parts.length)} ${nameParts(neuron, neuron.parts.length)}`)
  const table = make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows.values()))
  table.mark = (part) => {
    for (const [index, row] of rows) row.classList.toggle("chosen", index === part)
  }
  return table
}

function nameInput({ form }, { source, channel }) {
  if (source === PIXELS) return ["red", "green", "blue"][channel]
  return form === "products" ? `channel ${channel}` : writeName(source)
}

// Draws the square of inputs of one channel, its weights, and their products.
function drawSquares(view, neuron, chosen) {
  const { layer, channel } = neuron
  const { kernel } = layer
  const inputs = new Map(
    neuron.parts.filter((part) => part.channel === chosen.channel).map((part) => [`${part.kernelRow} ${part.kernelColumn}`, part]),
  )
  const input = isDepthwise(layer) ? channel : chosen.channel
  const squares = { Inputs: [], Weights: [], Products: [] }
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const part = inputs.get(`${row} ${column}`)
      const weight = layer.variables.weights[findWeight(layer, row, column, input, channel)]
      const own = row === chosen.kernelRow && column === chosen.kernelColumn ? "own" : part ? "" : "none"
      const cell = (number) => make("span", { class: own }, write(number))
      squares.Inputs.push(cell(part ? part.input * 2 ** part.shift : 0))
      squares.Weights.push(cell(weight))
      squares.Products.push(cell(part?.product ?? 0))
    }
  }
  const figures = Object.entries(squares).map(([title, cells]) =>
    make("figure", {}, make("div", { class: "square", style: `--side:${kernel}` }, ...cells), make("figcaption", {}, title)),
  )
  return make("div", { class: "squares" }, ...figures)
}
