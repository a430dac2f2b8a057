// Says where the zoom is, from the whole network to one product, and moves it.
//
// A position is {level, layer, channel, row, column, pixel, part}: at a level, the later fields say what
// is chosen next. `pixel` is [row, column] inside of a pooled layer, or null.
import { describeNeuron } from "./neuron.js"
import { PIXELS, sendsEvents } from "./network.js"

export const [NETWORK, LAYER, CHANNEL, NEURON, PART] = [0, 1, 2, 3, 4]

export function startPosition(network) {
  return { level: NETWORK, layer: network.layers[0].name, channel: 0, row: 0, column: 0, pixel: null, part: 0 }
}

export function findLayer(view, position) {
  return view.network.byName.get(position.layer)
}

export function isFlat(layer) {
  return layer.output[0] * layer.output[1] === 1
}

export function describe(view, position) {
  const { row, column, channel, pixel } = position
  return describeNeuron(view.network, view.outputs, findLayer(view, position), [row, column, channel], pixel)
}

// Goes one level deeper to what is chosen, or null where there is nothing below. What is chosen there is
// the strongest channel, the strongest place or the largest product.
export function zoomIn(view, position) {
  const layer = findLayer(view, position)
  if (position.level === NETWORK) {
    return { ...position, level: LAYER, channel: findStrongestChannel(view, layer), pixel: null }
  }
  if (position.level === LAYER) {
    const [row, column] = findStrongestPlace(view, layer, position.channel)
    const next = { ...position, level: CHANNEL, row, column, pixel: null }
    return isFlat(layer) ? zoomIn(view, next) : next
  }
  if (position.level === CHANNEL) return chooseLargest(view, { ...position, level: NEURON, pixel: null })
  const neuron = describe(view, position)
  const part = neuron.parts[position.part]
  if (!part) return null
  if (neuron.form === "pooled") return chooseLargest(view, { ...position, pixel: [part.row, part.column] })
  if (position.level === NEURON) return { ...position, level: PART }
  return followInput(view, part)
}

// Goes to the output of the layer before that a part reads. A pixel of the photo has nothing below it.
export function followInput(view, part) {
  if (part.source === PIXELS || !part.inside) return null
  const next = { level: NEURON, layer: part.source, channel: part.channel, row: part.row, column: part.column }
  return chooseLargest(view, { ...next, pixel: null, part: 0 })
}

export function zoomOut(view, position) {
  const { level, pixel } = position
  if (level === NETWORK) return null
  if (level === NEURON && pixel) return chooseLargest(view, { ...position, pixel: null })
  const flat = level === NEURON && isFlat(findLayer(view, position))
  return { ...position, level: flat ? LAYER : level - 1 }
}

export function chooseLargest(view, position) {
  const { parts } = describe(view, position)
  let part = 0
  parts.forEach((one, index) => {
    if (Math.abs(one.product) > Math.abs(parts[part].product)) part = index
  })
  return { ...position, part }
}

function findStrongestChannel(view, layer) {
  const values = view.outputs.get(layer.name)
  const sums = new Float64Array(layer.output[2])
  values.forEach((value, at) => (sums[at % sums.length] += Math.abs(value)))
  return sums.indexOf(Math.max(...sums))
}

function findStrongestPlace(view, layer, channel) {
  const values = view.outputs.get(layer.name)
  const [height, width, channels] = layer.output
  let best = 0
  for (let place = 1; place < height * width; place++) {
    const value = Math.abs(values[place * channels + channel])
    if (value > Math.abs(values[best * channels + channel])) best = place
  }
  return [Math.floor(best / width), best % width]
}

// Moves the choice by one step. The columns of the level say how far a step down goes.
export function step(view, position, across, down, columns) {
  const layer = findLayer(view, position)
  const [height, width, channels] = layer.output
  const move = (at, count) => Math.max(Math.min(at + across + down * columns, count - 1), 0)
  if (position.level === NETWORK) {
    const { layers } = view.network
    return { ...position, layer: layers[move(layer.index, layers.length)].name }
  }
  if (position.level === LAYER) return { ...position, channel: move(position.channel, channels) }
  if (position.level === CHANNEL) {
    const clip = (place, length) => Math.min(Math.max(place, 0), length - 1)
    return { ...position, row: clip(position.row + down, height), column: clip(position.column + across, width) }
  }
  return { ...position, part: move(position.part, describe(view, position).parts.length) }
}

// Writes a position for an address, and reads it again; null for what is no position of this network.
export function writePosition({ level, layer, channel, row, column }) {
  const words = [layer, channel, `${row},${column}`].slice(0, Math.min(level, 3))
  return words.join("/")
}

export function readPosition(view, text) {
  const [name, channelText, placeText] = (text ?? "").split("/")
  const layer = view.network.byName.get(name)
  if (!layer) return null
  const position = zoomIn(view, { ...startPosition(view.network), layer: name })
  const channel = Number(channelText)
  if (channelText === undefined || !(channel >= 0 && channel < layer.output[2])) return position
  const inChannel = zoomIn(view, { ...position, channel: Math.floor(channel) })
  const [row, column] = (placeText ?? "").split(",").map(Number)
  const inside = row >= 0 && row < layer.output[0] && column >= 0 && column < layer.output[1]
  if (placeText === undefined || !inside || inChannel.level !== CHANNEL) return inChannel
  return zoomIn(view, { ...inChannel, row: Math.floor(row), column: Math.floor(column) })
}

const counted = new WeakMap() // outputs of a network to their events, which every view shows

// Counts the events of all layers that send some.
export function countAll(network, outputs, count) {
  if (!counted.has(outputs)) {
    const sending = network.layers.filter((layer) => sendsEvents(network, layer))
    counted.set(outputs, sending.reduce((sum, layer) => sum + count(outputs.get(layer.name)), 0))
  }
  return counted.get(outputs)
}
