// Loads a network and lets a worker compute it. A newer request replaces one that has not begun.
import { changeNetwork } from "./changes.js"
import { readNetwork } from "./network.js"

// Takes the description as JSON and the integers as an ArrayBuffer, or the addresses of both files.
export async function startRunner({ description, integers, makeWorker = makeModuleWorker }) {
  const [text, content] = await Promise.all([
    typeof description === "string" ? download(description).then((answer) => answer.json()) : description,
    typeof integers === "string" ? download(integers).then((answer) => answer.arrayBuffer()) : integers,
  ])
  const worker = makeWorker()
  const waiting = new Map()
  let count = 0
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.error) reject(new Error(data.error))
    else resolve(data.answer)
  }
  worker.onerror = (event) => {
    const error = new Error(event.message || "the worker does not start")
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const ask = (task, details) =>
    new Promise((resolve, reject) => {
      const id = count++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, task, ...details })
    })
  await ask("load", { description: text, integers: content })
  return new Runner(readNetwork(text, content), ask, () => worker.terminate())
}

function makeModuleWorker() {
  return new Worker(new URL("worker.js", import.meta.url), { type: "module" })
}

async function download(address) {
  const answer = await fetch(new URL(address, document.baseURI))
  if (!answer.ok) throw new Error(`${address} is missing`)
  return answer
}

// Holds the integers of the deployed network and of the changed one.
//   deployed, network     the network without and with the changes
//   original, outputs     their outputs by layer name
//   originalLogits, logits
class Runner {
  constructor(deployed, ask, stop) {
    this.deployed = this.network = deployed
    this.stop = stop
    this.ask = ask
    this.turn = 0
    this.next = null
    this.running = null
  }

  // Asks for the changes when the photo is computed, because a slider may have moved in the meantime.
  async setPhoto(pixels, listChanges) {
    const turn = ++this.turn
    const { outputs, logits } = await this.ask("photo", { pixels })
    if (turn !== this.turn) return false // another photo was chosen in the meantime
    outputs.set("pixels", pixels)
    this.original = outputs
    this.originalLogits = logits
    this.outputs = outputs
    this.logits = logits
    this.network = this.deployed
    const changes = listChanges()
    if (changes.length) await this.setChanges(changes)
    return true
  }

  // Computes the changes. While it computes, only the newest of further requests is kept.
  setChanges(changes) {
    this.next = changes
    this.running ??= this.compute().finally(() => (this.running = null))
    return this.running
  }

  async compute() {
    while (this.next) {
      const changes = this.next
      const turn = this.turn
      this.next = null
      const { outputs, logits } = await this.ask("change", { changes })
      if (turn !== this.turn) continue
      this.network = changeNetwork(this.deployed, changes).network
      this.outputs = new Map([...this.outputs, ...outputs])
      this.logits = logits
    }
  }
}
