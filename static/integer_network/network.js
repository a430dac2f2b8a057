// Reads an integer network from its two files, which qana/export/integer_network_files.py describes.
const FORMAT = "qana-integer-network-1"
const ARRAYS = { int8: Int8Array, uint8: Uint8Array }
export const PIXELS = "pixels"

// Takes the parsed JSON and an ArrayBuffer. Each layer has its integers in `variables`, the shapes of
// its inputs in `inputs`, and its place in the network in `index`.
export function readNetwork(description, integers) {
  if (description.format !== FORMAT) throw new Error("These files hold another kind of network.")
  const shapes = { [PIXELS]: [description.side, description.side, 3] }
  const layers = description.layers.map((record, index) => {
    const variables = {}
    for (const [name, place] of Object.entries(record.variables)) {
      const size = place.shape.reduce((product, length) => product * length, 1)
      variables[name] = new ARRAYS[place.dtype](integers, place.offset, size)
    }
    shapes[record.name] = record.output
    const inputs = record.sources.map((source) => shapes[source])
    return { ...record, index, inputs, variables }
  })
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  return { ...description, layers, byName, scales: Float32Array.from(description.scales) }
}

// Lists the layers that read a layer.
export function findReaders(network, name) {
  return network.layers.filter((layer) => layer.sources.includes(name))
}

// Says whether a layer computes sums of products.
export function hasWeights(layer) {
  return "weights" in layer.variables
}

// Says whether the non-zero outputs of a layer count as events, as qana.inference.events counts them.
export function sendsEvents(network, layer) {
  return layer.kind !== "concatenate" && layer.index < network.layers.length - 1
}

// Finds the place of a weight. A depthwise kernel has one weight for each channel and place.
export function findWeight(layer, row, column, input, output) {
  const place = row * layer.kernel + column
  const channels = layer.inputs[0][2]
  if (isDepthwise(layer)) return place * channels + output
  return (place * channels + input) * layer.output[2] + output
}

export function isDepthwise(layer) {
  return layer.kind === "depthwise" || layer.kind === "spread"
}
