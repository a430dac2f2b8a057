// Runs the network outside of the page's own thread, so that the page never waits.
import { computeFrom, computeLogits, computeNetwork } from "./compute.js"
import { changeNetwork } from "./changes.js"
import { readNetwork } from "./network.js"

let deployed = null
let current = null // the network with its changes
let original = null // the outputs of the deployed network
let outputs = null // the outputs of the current one

onmessage = ({ data }) => {
  try {
    postMessage({ id: data.id, answer: TASKS[data.task](data) })
  } catch (error) {
    postMessage({ id: data.id, error: String(error?.message ?? error) })
  }
}

const TASKS = {
  load({ description, integers }) {
    deployed = current = readNetwork(description, integers)
    return null
  },
  // Computes the deployed network for a photo. Its changes are computed by the next task.
  photo({ pixels }) {
    original = outputs = computeNetwork(deployed, pixels)
    current = deployed
    return { outputs, logits: computeLogits(deployed, outputs) }
  },
  // Computes only what a change can alter: the layers from the first changed one on.
  change({ changes }) {
    const { network, first } = changeNetwork(deployed, changes, current)
    current = network
    outputs = network.texts.size ? computeFrom(network, new Map(outputs), first) : original
    const names = network.layers.slice(first).map((layer) => layer.name)
    const changed = new Map(names.map((name) => [name, outputs.get(name)]))
    return { first, outputs: changed, logits: computeLogits(network, outputs) }
  },
}
