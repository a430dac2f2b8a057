// Measures the float network in this browser: fetches TensorFlow.js from the app, asks the server for
// the network once, and lets a worker run it. Stop ends the worker, so no further run starts.
const FILES = ["tf-core", "tf-backend-webgl", "tf-backend-webgpu"]
const AGAIN = 15000 // milliseconds after which the server is asked again
const LATE = 180000 // milliseconds in which even a busy server answers
const SIGN = 15000 // milliseconds between two signs to the server that this browser still measures
const instances = new WeakMap()
const packages = new Map() // by the hash of the model: kept while the tab is open
let library = null

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  let bench = instances.get(parentElement)
  if (!bench) {
    bench = start(parentElement)
    instances.set(parentElement, bench)
  }
  bench.update(data, setTriggerValue)
  return () => {
    bench.stop()
    instances.delete(parentElement)
  }
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const bench = find(".bench")
  const begin = find(".start")
  const end = find(".stop")
  const bar = find("progress")
  const status = find(".status")
  const self = { data: null, send: () => {}, worker: null, turn: 0, signs: 0, arrived: () => {} }

  begin.onclick = run
  end.onclick = () => {
    self.stop()
    self.send("stopped", Date.now())
    report("Stopped.")
  }
  self.stop = () => {
    self.turn++
    self.worker?.terminate()
    self.worker = null
    setRunning(false)
  }
  self.update = (data, send) => {
    self.data = data
    self.send = send
    begin.textContent = data.label
    if (data.package) packages.set(data.sha256, unpack(data.package))
    self.arrived()
    if (data.refused) {
      self.stop()
      report(data.refused)
    }
  }
  return self

  // Set only when it changes, because a screen reader reads every change aloud. It would never get to the
  // end of a number that changes several times a second, so it does not read that one.
  function report(text, counts = false) {
    status.setAttribute("aria-live", counts ? "off" : "polite")
    if (status.textContent !== text) status.textContent = text
  }

  function setRunning(running) {
    clearInterval(self.signs)
    begin.disabled = running
    begin.hidden = running
    end.hidden = !running
    bar.hidden = !running
    bar.value = 0
    bench.dataset.state = running ? "running" : "idle"
  }

  async function run() {
    const turn = ++self.turn
    const isCurrent = () => self.turn === turn
    setRunning(true)
    bench.dataset.runs = "0"
    report("Loading the network")
    try {
      const [texts, network] = await Promise.all([loadLibrary(), loadPackage()])
      if (!isCurrent()) return
      const sign = () => self.send("measuring", Date.now())
      sign()
      self.signs = setInterval(sign, SIGN)
      const found = { records: [], failures: [], without_webgpu: "", sha256: self.data.sha256 }
      let backend = "webgpu"
      if (!navigator.gpu) {
        backend = "webgl"
        found.without_webgpu = isSecureContext ? "absent" : "insecure"
      }
      let answer = await measure(texts, network, backend, false, isCurrent)
      if (isCurrent() && answer.kind === "failed" && backend === "webgpu") {
        const missing = answer.reason.includes("does not start")
        found.without_webgpu = missing ? "no_adapter" : "failed"
        answer = await measure(texts, network, "webgl", false, isCurrent)
      }
      if (!isCurrent()) return
      if (answer.kind === "done") {
        found.records.push(answer.record)
        const half = await measure(texts, network, "webgl", true, isCurrent)
        if (!isCurrent()) return
        if (half.kind === "done") found.records.push(half.record)
        else found.failures.push(`Half precision did not run: ${half.reason}.`)
      }
      clearInterval(self.signs)
      report("Sending the result")
      await deliver(found)
      if (!isCurrent()) return
      report("Done. The race shows the row.")
    } catch (error) {
      if (!isCurrent()) return
      report(`It cannot be measured now: ${error.message}. Start it again.`)
    }
    setRunning(false)
  }

  function measure(texts, network, backend, half, isCurrent) {
    const address = URL.createObjectURL(new Blob(texts, { type: "text/javascript" }))
    const worker = new Worker(address)
    URL.revokeObjectURL(address)
    self.worker = worker
    const { batches, plan } = self.data
    const name = `${half ? "16" : "32"} bits with ${backend === "webgpu" ? "WebGPU" : "WebGL"}`
    report(`Starting ${name}`)
    return new Promise((resolve) => {
      const finish = (answer) => {
        worker.terminate()
        resolve(answer)
      }
      worker.onerror = (event) => finish({ kind: "failed", reason: event.message })
      worker.onmessage = ({ data }) => {
        if (!isCurrent()) return finish({ kind: "stopped" })
        const many = data.batch > 1 ? `, ${data.batch} photos at once` : ""
        if (data.kind === "warm") report(`Warming up: ${name}${many}`)
        if (data.kind === "progress") {
          bench.dataset.runs = String(data.runs)
          bar.value = data.share
          report(`${name}${many}: ${data.runs} runs, median ${data.p50.toFixed(1)} ms`, true)
        }
        if (data.kind === "done" || data.kind === "failed") finish(data)
      }
      worker.postMessage({ ...network, backend, half, batches, plan })
    })
  }

  function loadLibrary() {
    library ??= Promise.all(
      FILES.map(async (name) => {
        const answer = await fetch(new URL(`app/static/tfjs/${name}.min.js`, document.baseURI))
        if (!answer.ok) throw new Error(`the app does not serve ${name}`)
        return `${await answer.text()}\n`
      }),
    ).catch((error) => {
      library = null
      throw error
    })
    return library.then((texts) => [...texts, self.data.worker])
  }

  async function loadPackage() {
    const { sha256 } = self.data
    if (!packages.has(sha256)) await ask("wanted", sha256, () => packages.has(sha256))
    return packages.get(sha256)
  }

  // A token, because only the server knows that it has the rows.
  function deliver(found) {
    const token = `${Date.now()} ${Math.random()}`
    return ask("measured", { ...found, token }, () => self.data.kept === token)
  }

  // Sends a message until the server has answered it. A visitor who clicks elsewhere on the page
  // ends what the server does for a message, and without a connection it is lost without a word.
  function ask(name, value, isAnswered) {
    const turn = self.turn
    return new Promise((resolve, reject) => {
      const end = (settle) => {
        clearTimeout(late)
        clearInterval(again)
        self.arrived = () => {}
        settle()
      }
      const late = setTimeout(() => end(() => reject(new Error("the server does not answer"))), LATE)
      const again = setInterval(() => {
        if (self.turn === turn) self.send(name, value)
        else end(resolve)
      }, AGAIN)
      self.arrived = () => isAnswered() && end(resolve)
      self.send(name, value)
    })
  }
}

function unpack({ graph, weights, pixels, photos }) {
  const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  return { graph, weights: decode(weights).buffer, pixels: decode(pixels), photos }
}
