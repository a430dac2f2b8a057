// Takes one output of a layer apart: the integers that it reads, its weights, products and sum, and the
// part of the photo that it depends on. It reads the integers of all layers that are already computed.
import { listTaps, prepare, rectify, rescale } from "./compute.js"
import { PIXELS, findWeight, isDepthwise } from "./network.js"

// Describes an output. `parts` lists what is summed, in the order of the kernel, zeros left out:
//   of a sum of products: {source, row, column, channel, input, shift, weight, at, product}
//   of Add: {source, row, column, channel, input, shift, product}, where product is the shifted input
//   of Concatenate: the one input that is passed on
//   of a pooled layer: {row, column, product}, the bounded sum of each pixel
// `at` is the place of the weight in the kernel. `pixel` looks at one pixel of a pooled layer.
export function describeNeuron(network, outputs, layer, [row, column, channel], pixel = null) {
  const value = outputs.get(layer.name)[(row * layer.output[1] + column) * layer.output[2] + channel]
  const common = { layer, row, column, channel, value, pixel }
  if (layer.kind === "concatenate") return { ...common, ...describeJoin(outputs, layer, row, column, channel) }
  if (layer.kind === "add") return { ...common, ...describeAdd(outputs, layer, row, column, channel) }
  const ready = prepare(layer)
  const bias = ready.bias[channel]
  const limit = ready.limit?.[channel] ?? null
  if (layer.pooled && pixel === null) {
    const parts = listPixels(network, outputs, layer, channel)
    const sum = total(parts)
    return { ...common, form: "pooled", bias, limit, parts, reads: parts.length, sum, ...findThresholds(layer, ready, channel) }
  }
  const [y, x] = pixel ?? [row, column]
  const { parts, reads } = listProducts(outputs, layer, y, x, channel)
  const sum = bias + total(parts)
  const bounded = rectify(ready, sum, channel)
  return { ...common, form: "products", bias, limit, parts, reads, sum, bounded, ...findThresholds(layer, ready, channel) }
}

function total(parts) {
  return parts.reduce((sum, part) => sum + part.product, 0)
}

function listProducts(outputs, layer, row, column, channel) {
  const [height, width, channels] = layer.inputs[0]
  const [source] = layer.sources
  const values = outputs.get(source)
  const { weights, input_shift: shifts, padding_value: padding } = layer.variables
  const inputs = isDepthwise(layer) ? [channel] : Array.from({ length: channels }, (_, input) => input)
  const flat = layer.kind === "dense"
  const down = flat ? [[0, 0]] : listTaps(layer, 0, row)
  const across = flat ? [[0, 0]] : listTaps(layer, 1, column)
  const parts = []
  for (const [y, kernelRow] of down) {
    for (const [x, kernelColumn] of across) {
      const inside = y >= 0 && x >= 0 && y < height && x < width
      for (const from of inputs) {
        const input = inside ? values[(y * width + x) * channels + from] : padding[from]
        if (input === 0) continue
        const shift = shifts ? shifts[from] : 0
        const at = findWeight(layer, kernelRow, kernelColumn, from, channel)
        const weight = weights[at]
        const product = input * 2 ** shift * weight
        parts.push({ source, row: y, column: x, channel: from, inside, input, shift, weight, at, kernelRow, kernelColumn, product })
      }
    }
  }
  return { parts, reads: down.length * across.length * inputs.length }
}

function listPixels(network, outputs, layer, channel) {
  const [height, width] = layer.inputs[0]
  return Array.from({ length: height * width }, (_, index) => {
    const pixel = [Math.floor(index / width), index % width]
    const { bounded } = describeNeuron(network, outputs, layer, [0, 0, channel], pixel)
    return { row: pixel[0], column: pixel[1], product: bounded }
  })
}

function describeAdd(outputs, layer, row, column, channel) {
  const { a_shift: aShift, b_shift: bShift, output_shift: shift } = layer.variables
  const parts = layer.sources.map((source, number) => {
    const input = outputs.get(source)[(row * layer.output[1] + column) * layer.output[2] + channel]
    const left = (number ? bShift : aShift)[channel]
    return { source, row, column, channel, inside: true, input, shift: left, product: input * 2 ** left }
  })
  const half = shift[channel] < 0 ? 2 ** (-shift[channel] - 1) : 0
  const step = 2 ** -shift[channel]
  return { form: "add", bias: 0, limit: null, parts, reads: 2, sum: total(parts), rise: step - half, fall: -half - 1, divisor: step, scale: 1, half }
}

function describeJoin(outputs, layer, row, column, channel) {
  let number = 0
  let own = channel
  while (own >= layer.inputs[number][2]) own -= layer.inputs[number++][2]
  const source = layer.sources[number]
  const input = outputs.get(source)[(row * layer.output[1] + column) * layer.inputs[number][2] + own]
  const parts = [{ source, row, column, channel: own, inside: true, input, shift: 0, product: input }]
  return { form: "join", bias: 0, limit: null, parts, reads: 1, sum: input, rise: 1, fall: -1, divisor: 1, scale: 1, half: 0 }
}

// Finds the smallest sum that gives an output above zero, `rise`, and the greatest sum that gives one
// below zero, `fall`, which a ReLU does not have.
function findThresholds(layer, ready, channel) {
  const scale = ready.scale[channel]
  const half = ready.half[channel]
  const divisor = ready.divisor[channel]
  const rise = Math.ceil((divisor - half) / scale)
  const fall = layer.rectified ? null : Math.ceil(-half / scale) - 1
  return { rise, fall, scale, half, divisor }
}

// Computes the output that a sum of a neuron gives.
export function rescaleSum(neuron, sum) {
  if (neuron.form === "join" || neuron.layer.kind === "dense") return sum
  if (neuron.form === "add") return Math.min(Math.max(roundSum(neuron, sum), -128), 127)
  const ready = prepare(neuron.layer)
  return rescale(ready, bound(neuron, ready, sum), neuron.channel)
}

// Computes the same output before it is limited to the integers of 8 bits.
export function roundSum(neuron, sum) {
  const bounded = neuron.form === "add" ? sum : bound(neuron, prepare(neuron.layer), sum)
  return Math.floor((bounded * neuron.scale + neuron.half) / neuron.divisor)
}

function bound(neuron, ready, sum) {
  return neuron.form === "pooled" ? sum : rectify(ready, sum, neuron.channel)
}

// Finds the part of the photo that a square of outputs depends on: {top, left, bottom, right} in pixels,
// the ends included.
export function findReceptiveField(network, layer, box) {
  const boxes = new Map([[layer.name, box]])
  for (const one of network.layers.slice(0, layer.index + 1).reverse()) {
    if (!boxes.has(one.name)) continue
    const read = findInputs(one, boxes.get(one.name))
    for (const source of one.sources) boxes.set(source, unite(boxes.get(source), read))
  }
  return boxes.get(PIXELS)
}

function unite(a, b) {
  if (!a) return b
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  }
}

// Finds the places of the input that a square of outputs reads.
export function findInputs(layer, box) {
  const [height, width] = layer.inputs[0]
  if (layer.pooled) return { top: 0, left: 0, bottom: height - 1, right: width - 1 }
  if (layer.kind === "add" || layer.kind === "concatenate" || layer.kind === "dense") return box
  const [above, before] = layer.padding
  const { kernel, stride } = layer
  const clip = (place, length) => Math.min(Math.max(place, 0), length - 1)
  if (layer.kind === "spread") {
    const first = (place, cut) => Math.ceil((place + cut - kernel + 1) / stride)
    const last = (place, cut) => Math.floor((place + cut) / stride)
    return {
      top: clip(first(box.top, above), height),
      left: clip(first(box.left, before), width),
      bottom: clip(last(box.bottom, above), height),
      right: clip(last(box.right, before), width),
    }
  }
  return {
    top: clip(box.top * stride - above, height),
    left: clip(box.left * stride - before, width),
    bottom: clip(box.bottom * stride - above + kernel - 1, height),
    right: clip(box.right * stride - before + kernel - 1, width),
  }
}
