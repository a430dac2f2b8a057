// Computes the layers of an integer network as Akida 2.0 does. A layer shifts its inputs left, sums
// the products with its weights and a shifted bias, and rescales the sums to 8 bits. All sums are
// held in float64, which represents every integer up to 2 ** 53.
import { PIXELS, isDepthwise } from "./network.js"

const SATURATED = 2 ** 31 // the product with the scale has 32 bits
const SMALLEST = -128
const LARGEST = 127
const prepared = new WeakMap()

// Computes all layers from one place on. `outputs` maps names to integers, (row, column, channel),
// and holds the pixels and the outputs of all layers before; the new outputs replace the old ones.
export function computeFrom(network, outputs, first = 0) {
  for (const layer of network.layers.slice(first)) {
    outputs.set(layer.name, computeLayer(layer, layer.sources.map((name) => outputs.get(name))))
  }
  return outputs
}

// Computes every layer for (S, S, 3) uint8 pixels.
export function computeNetwork(network, pixels) {
  return computeFrom(network, new Map([[PIXELS, pixels]]))
}

// Scales the integers of the last layer to logits in float32, with the same roundings as numpy.
export function computeLogits(network, outputs) {
  const integers = outputs.get(network.layers.at(-1).name)
  return Float32Array.from(integers, (value, index) => Math.fround(value) * network.scales[index])
}

export function computeLayer(layer, inputs) {
  if (layer.kind === "add") return add(layer, inputs)
  if (layer.kind === "concatenate") return concatenate(layer, inputs)
  if (layer.kind === "dense") return computeDense(layer, inputs[0])
  return computeConvolution(layer, inputs[0])
}

// Prepares the integers of a layer in the form in which they are summed.
export function prepare(layer) {
  if (prepared.has(layer)) return prepared.get(layer)
  const { variables } = layer
  const { weights, input_shift: inputShift } = variables
  const channels = layer.inputs[0][2]
  const filters = layer.output[2]
  const inner = isDepthwise(layer) ? 1 : filters
  const shifted = new Float64Array(weights.length)
  for (let index = 0; index < weights.length; index++) {
    const input = Math.floor(index / inner) % channels
    shifted[index] = weights[index] * 2 ** (inputShift ? inputShift[input] : 0)
  }
  const make = (compute) => Float64Array.from({ length: filters }, (_, channel) => compute(channel))
  const shift = make((channel) => -variables.output_shift[channel])
  const found = {
    weights: shifted,
    bias: make((channel) => variables.bias[channel] * 2 ** variables.bias_shift[channel]),
    limit: layer.rectified
      ? make((channel) => variables.max_value[channel] * 2 ** variables.max_value_shift[channel])
      : null,
    scale: Float64Array.from(variables.output_scales),
    half: shift.map((bits) => (bits > 0 ? 2 ** (bits - 1) : 0)),
    divisor: shift.map((bits) => 2 ** bits),
  }
  prepared.set(layer, found)
  return found
}

// Clips a sum to the bound of the ReLU, if the layer has one.
export function rectify(ready, sum, channel) {
  if (ready.limit === null) return sum
  return Math.min(Math.max(sum, 0), ready.limit[channel])
}

// Rescales a sum to 8 bits. Halves are rounded up.
export function rescale(ready, sum, channel) {
  const scaled = Math.min(Math.max(sum * ready.scale[channel], -SATURATED), SATURATED - 1)
  const rounded = Math.floor((scaled + ready.half[channel]) / ready.divisor[channel])
  return Math.min(Math.max(rounded, SMALLEST), LARGEST)
}

// Lists the rows, or the columns, of the input and of the kernel that one output place reads, as
// pairs. A transposed convolution reads only the places that its stride hits.
export function listTaps(layer, axis, place) {
  const taps = []
  const before = layer.padding[axis]
  const length = layer.inputs[0][axis]
  for (let tap = 0; tap < layer.kernel; tap++) {
    if (layer.kind === "spread") {
      const from = place + before - tap
      if (from % layer.stride === 0 && from >= 0 && from / layer.stride < length) {
        taps.push([from / layer.stride, tap])
      }
    } else {
      const from = place * layer.stride + tap - before
      if (layer.variables.padding_value || (from >= 0 && from < length)) taps.push([from, tap])
    }
  }
  return taps
}

// The first layer reads its padding value outside of the photo; the others read zeros.
function computeConvolution(layer, input) {
  const ready = prepare(layer)
  const [height, width, channels] = layer.inputs[0]
  const filters = layer.output[2]
  const [rows, columns] = layer.pooled ? [height, width] : layer.output
  const output = new Int8Array(layer.output[0] * layer.output[1] * filters)
  const sums = new Float64Array(filters)
  const pooled = new Float64Array(filters)
  const sumProducts = isDepthwise(layer) ? sumDepthwise : sumDense
  const padding = layer.variables.padding_value
  const across = Array.from({ length: columns }, (_, column) => listTaps(layer, 1, column))
  for (let row = 0; row < rows; row++) {
    const down = listTaps(layer, 0, row)
    for (let column = 0; column < columns; column++) {
      sums.set(ready.bias)
      for (const [y, kernelRow] of down) {
        for (const [x, kernelColumn] of across[column]) {
          const inside = y >= 0 && x >= 0 && y < height && x < width
          const values = inside ? input : padding
          const start = inside ? (y * width + x) * channels : 0
          sumProducts(sums, values, start, channels, ready.weights, kernelRow * layer.kernel + kernelColumn)
        }
      }
      const at = (row * columns + column) * filters
      for (let channel = 0; channel < filters; channel++) {
        const sum = rectify(ready, sums[channel], channel)
        if (layer.pooled) pooled[channel] += sum
        else output[at + channel] = rescale(ready, sum, channel)
      }
    }
  }
  return layer.pooled ? output.map((_, channel) => rescale(ready, pooled[channel], channel)) : output
}

// Zeros are skipped, as on Akida: an event is what is not zero.
function sumDense(sums, values, start, channels, weights, place) {
  const filters = sums.length
  let at = place * channels * filters
  for (let input = 0; input < channels; input++, at += filters) {
    const value = values[start + input]
    if (value === 0) continue
    for (let channel = 0; channel < filters; channel++) sums[channel] += value * weights[at + channel]
  }
}

function sumDepthwise(sums, values, start, channels, weights, place) {
  const at = place * channels
  for (let channel = 0; channel < channels; channel++) {
    sums[channel] += values[start + channel] * weights[at + channel]
  }
}

function computeDense(layer, input) {
  const ready = prepare(layer)
  const sums = Float64Array.from(ready.bias)
  sumDense(sums, input, 0, input.length, ready.weights, 0)
  return Int32Array.from(sums)
}

function add(layer, [a, b]) {
  const channels = layer.output[2]
  return Int8Array.from(a, (value, index) => addPair(layer, value, b[index], index % channels))
}

// Adds two integers: both are shifted left, and their sum is shifted right.
export function addPair(layer, a, b, channel) {
  const { a_shift: aShift, b_shift: bShift, output_shift: outputShift } = layer.variables
  const total = a * 2 ** aShift[channel] + b * 2 ** bShift[channel]
  const shift = outputShift[channel]
  const half = shift < 0 ? 2 ** (-shift - 1) : 0
  return Math.min(Math.max(Math.floor((total + half) * 2 ** shift), SMALLEST), LARGEST)
}

function concatenate(layer, inputs) {
  const channels = layer.output[2]
  const output = new Int8Array(layer.output[0] * layer.output[1] * channels)
  let before = 0
  inputs.forEach((values, number) => {
    const own = layer.inputs[number][2]
    for (let index = 0; index < values.length; index++) {
      output[Math.floor(index / own) * channels + before + (index % own)] = values[index]
    }
    before += own
  })
  return output
}

