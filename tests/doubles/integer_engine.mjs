// Runs the integer network of static/integer_network without a browser. Reads tasks from a file,
// writes the integers of every layer, and prints what tests look at as JSON.
import fs from "node:fs"
import path from "node:path"

const [modules, folder] = process.argv.slice(2)
const load = (name) => import(path.join(modules, name))
const { readNetwork } = await load("network.js")
const { computeFrom, computeLogits, computeNetwork } = await load("compute.js")
const { changeNetwork } = await load("changes.js")
const { describeNeuron, findReceptiveField, rescaleSum } = await load("neuron.js")

const read = (name) => fs.readFileSync(path.join(folder, name))
const integers = new Uint8Array(read("network.bin")).buffer
const deployed = readNetwork(JSON.parse(read("network.json")), integers)
const photos = new Uint8Array(read("photos.bin"))
const size = deployed.side ** 2 * 3
const answers = []
let before = deployed
let kept = null // the outputs and the photo of the task before
for (const [number, task] of JSON.parse(read("tasks.json")).entries()) {
  const { network, first } = changeNetwork(deployed, task.changes, before)
  const pixels = photos.subarray(task.photo * size, (task.photo + 1) * size)
  const partial = kept?.photo === task.photo
  const outputs = partial ? computeFrom(network, new Map(kept.outputs), first) : computeNetwork(network, pixels)
  before = network
  kept = { photo: task.photo, outputs }
  const parts = network.layers.map((layer) => Int32Array.from(outputs.get(layer.name)))
  fs.writeFileSync(path.join(folder, `outputs${number}.bin`), Buffer.concat(parts.map((part) => Buffer.from(part.buffer))))
  const neurons = (task.neurons ?? []).map(([name, row, column, channel]) => {
    const layer = network.byName.get(name)
    const neuron = describeNeuron(network, outputs, layer, [row, column, channel])
    const field = findReceptiveField(network, layer, { top: row, left: column, bottom: row, right: column })
    const { form, value, bias, sum, rise, fall, reads, limit } = neuron
    const edges = [rise - 1, rise, fall, fall + 1].map((edge) => rescaleSum(neuron, edge))
    const total = neuron.parts.reduce((whole, part) => whole + part.product, 0)
    return { form, value, bias, sum, total, rise, fall, reads, parts: neuron.parts.length, field, limit, edges, rescaled: rescaleSum(neuron, sum) }
  })
  const variables = {}
  for (const layer of network.layers.filter((one) => one !== deployed.byName.get(one.name))) {
    variables[layer.name] = Object.fromEntries(
      Object.entries(layer.variables).map(([name, values]) => [name, [...values]]),
    )
  }
  answers.push({ logits: [...computeLogits(network, outputs)], first, neurons, variables })
}
console.log(JSON.stringify({ layers: deployed.layers.map(({ name, output }) => ({ name, output })), answers }))
