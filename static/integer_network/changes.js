// Changes the integers of a network. Every change sets variables that the layers of Akida have, so the
// engine, given the same variables, computes the same integers.
//
// A change is an object with `kind`, `layer` (its name), and what the kind needs:
//   weight_bits      bits              1 to 8: rounds all weights of the layer
//   weight           row, column, input, channel, value    -128 to 127: sets one weight
//   bias             channel, value    -128 to 127, before its shift: moves one threshold
//   threshold        steps             raises all thresholds by steps of the output
//   bound            channel, value    0 to 255, before its shift: bound of one ReLU
//   bounds           percent           bounds of all ReLUs of the layer
//   scale            channel, value    1 to 255: factor from a sum to an output
//   activation_bits  bits              1 to 8: coarser steps of all outputs
import { findReaders, findWeight, isDepthwise } from "./network.js"
import { prepare, rescale } from "./compute.js"

const ORDER = [
  "weight_bits", "weight", "bias", "threshold", "bounds", "bound", "scale", "activation_bits",
]
const KEPT = 40 // changed layers that are kept, for a slider that moves to and fro
const LONGEST_SHIFT = 31 // the engine cannot shift an integer of 32 bits further

// Makes a network with changes from the deployed one. Layers without a change stay the same objects.
// `first` is the index of the first layer that differs from those of `before`.
export function changeNetwork(deployed, changes, before = deployed) {
  const layers = [...deployed.layers]
  const own = groupByLayer(changes)
  const shifts = new Map() // name of a layer to the shifts that its inputs need, one array a source
  const texts = new Map(deployed.texts)
  for (const [index, layer] of deployed.layers.entries()) {
    const wanted = own.get(layer.name) ?? []
    const inherited = shifts.get(layer.name)
    if (!wanted.length && !inherited) continue
    const text = JSON.stringify([wanted, inherited?.map((values) => values && [...values])])
    texts.set(layer.name, text)
    const { changed, coarser } = makeOnce(deployed, layer, text, wanted, inherited)
    layers[index] = changed
    if (coarser) for (const reader of findReaders(deployed, layer.name)) pass(shifts, reader, layer.name, coarser)
  }
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const network = { ...deployed, layers, byName, texts }
  const differs = (layer) => texts.get(layer.name) !== before.texts?.get(layer.name)
  const first = layers.findIndex(differs)
  return { network, first: first < 0 ? layers.length : first }
}

function groupByLayer(changes) {
  const groups = new Map()
  const rank = (change) => ORDER.indexOf(change.kind)
  for (const change of [...changes].sort((a, b) => rank(a) - rank(b))) {
    if (rank(change) < 0) throw new Error(`There is no change of the kind ${change.kind}.`)
    groups.set(change.layer, [...(groups.get(change.layer) ?? []), change])
  }
  return groups
}

function makeOnce(deployed, layer, text, wanted, inherited) {
  const kept = (deployed.kept ??= new Map())
  const key = `${layer.name} ${text}`
  const found = kept.get(key) ?? changeLayer(layer, wanted, inherited)
  kept.delete(key)
  kept.set(key, found)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value)
  return found
}

function pass(shifts, reader, source, coarser) {
  const lists = shifts.get(reader.name) ?? reader.sources.map(() => null)
  reader.sources.forEach((name, number) => {
    if (name === source) lists[number] = coarser
  })
  shifts.set(reader.name, lists)
}

// Gives the changed layer, and the shifts by which its outputs became coarser, or null.
function changeLayer(layer, wanted, inherited) {
  const copy = Object.entries(layer.variables).map(([name, values]) => [name, values.slice()])
  const changed = { ...layer, variables: Object.fromEntries(copy) }
  let coarser = null
  if (inherited) coarser = shiftInputs(changed, inherited)
  for (const change of wanted) {
    if (change.kind === "activation_bits") coarser = coarsen(changed, change.bits)
    else CHANGES[change.kind](changed, change)
  }
  return { changed, coarser }
}

// Shifts coarser inputs left, so that the sums keep their unit. Concatenate passes them on.
function shiftInputs(layer, inherited) {
  const { variables } = layer
  if (layer.kind === "concatenate") {
    return Uint8Array.from(
      inherited.flatMap((values, number) => [...(values ?? new Uint8Array(layer.inputs[number][2]))]),
    )
  }
  const names = layer.kind === "add" ? ["a_shift", "b_shift"] : ["input_shift"]
  inherited.forEach((values, number) => {
    values?.forEach((shift, channel) => (variables[names[number]][channel] += shift))
  })
  return null
}

const CHANGES = {
  weight_bits(layer, { bits }) {
    const { weights } = layer.variables
    if (bits >= 8) return
    if (bits === 1) return binarize(layer)
    const most = 2 ** (bits - 1) - 1
    const step = Math.floor(127 / most)
    weights.forEach((weight, at) => {
      const level = Math.min(Math.floor(Math.abs(weight) / step + 0.5), most)
      weights[at] = Math.sign(weight) * level * step
    })
  },
  weight(layer, { row, column, input, channel, value }) {
    layer.variables.weights[findWeight(layer, row, column, input, channel)] = value
  },
  bias(layer, { channel, value }) {
    layer.variables.bias[channel] = value
  },
  threshold(layer, { steps }) {
    const ready = prepare({ ...layer })
    const { bias, bias_shift: shift } = layer.variables
    const pixels = countPixels(layer)
    bias.forEach((_, channel) => {
      const step = ready.divisor[channel] / (ready.scale[channel] * pixels)
      const wanted = ready.bias[channel] - steps * step
      let bits = 0
      while (Math.abs(Math.round(wanted / 2 ** bits)) > 127) bits++
      bias[channel] = Math.round(wanted / 2 ** bits)
      shift[channel] = bits
    })
  },
  bounds(layer, { percent }) {
    const { max_value: bounds } = layer.variables
    bounds.forEach((bound, channel) => {
      bounds[channel] = Math.min(Math.max(Math.round((bound * percent) / 100), 0), 255)
    })
  },
  bound(layer, { channel, value }) {
    layer.variables.max_value[channel] = value
  },
  scale(layer, { channel, value }) {
    layer.variables.output_scales[channel] = value
  },
}

// One bit holds a sign only: every weight becomes plus or minus the mean size of its channel's weights
// (Rastegari et al., XNOR-Net, ECCV 2016).
function binarize(layer) {
  const { weights } = layer.variables
  const filters = isDepthwise(layer) ? layer.inputs[0][2] : layer.output[2]
  const totals = new Float64Array(filters)
  weights.forEach((weight, at) => (totals[at % filters] += Math.abs(weight)))
  const mean = totals.map((total) => Math.max(Math.round((total * filters) / weights.length), 1))
  weights.forEach((weight, at) => (weights[at] = weight < 0 ? -mean[at % filters] : mean[at % filters]))
}

export function countPixels(layer) {
  return layer.pooled ? layer.inputs[0][0] * layer.inputs[0][1] : 1
}

// Lets a layer send fewer levels. A ReLU leaves 0 to 127, which are 7 bits, so `bits` levels are 0 to
// 2 ** bits - 1; its bound keeps them there. Without a ReLU the eighth bit is the sign.
function coarsen(layer, bits) {
  const { output_shift: shifts, max_value: bounds } = layer.variables
  const less = Math.max((layer.rectified ? 7 : 8) - bits, 0)
  const coarser = Uint8Array.from(shifts, (shift) => Math.min(less, LONGEST_SHIFT + shift))
  shifts.forEach((shift, channel) => (shifts[channel] = shift - coarser[channel]))
  if (layer.rectified && less > 0) {
    const ready = prepare({ ...layer })
    const pixels = countPixels(layer)
    bounds.forEach((_, channel) => {
      const unit = 2 ** layer.variables.max_value_shift[channel] * pixels
      const top = 127 >> coarser[channel]
      while (bounds[channel] > 0 && rescale(ready, bounds[channel] * unit, channel) > top) {
        bounds[channel]--
      }
    })
  }
  return coarser
}
