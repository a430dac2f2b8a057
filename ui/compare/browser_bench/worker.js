// Measures the float network on one backend of TensorFlow.js, which comes before this text. A worker
// of its own keeps the page usable, and ending it stops the measurement at once.
const WARM_MILLISECONDS = 1000
const WARM_RUNS = 3
const REPORT_EVERY = 120 // milliseconds

onmessage = async ({ data: task }) => {
  try {
    const adapter = await readAdapter()
    await startBackend(task)
    const network = loadNetwork(task)
    const logits = await compute(network, task, batchOf(task, 0, task.photos))
    const results = []
    const skipped = []
    for (const batch of task.batches) {
      // A slow adapter would take minutes for many photos at once.
      const expected = results.length ? batch * median(results[0].latencies_ms) : 0
      if (expected > task.plan.most_milliseconds) skipped.push(batch)
      else results.push(await measure(network, task, batch))
    }
    postMessage({
      kind: "done",
      record: {
        backend: task.backend,
        half: task.half,
        float32: task.backend === "webgpu" || tf.env().getBool("WEBGL_RENDER_FLOAT32_ENABLED"),
        adapter,
        logits: Array.from(logits),
        clock_ms: readClockStep(),
        results,
        skipped,
      },
    })
  } catch (error) {
    postMessage({ kind: "failed", reason: String(error?.message ?? error).slice(0, 200) })
  }
}

async function startBackend({ backend, half }) {
  const flags = tf.env()
  // No small operation may be computed by the processor instead.
  if (backend === "webgpu") {
    flags.set("WEBGPU_CPU_FORWARD", false)
  } else {
    flags.set("WEBGL_CPU_FORWARD", false)
    if (half) flags.set("WEBGL_FORCE_F16_TEXTURES", true)
  }
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} does not start here`)
  await tf.ready()
}

async function readAdapter() {
  const found = { vendor: "", architecture: "", device: "", description: "", renderer: "" }
  found.fallback = false
  if (self.navigator.gpu) {
    const adapter = await self.navigator.gpu.requestAdapter().catch(() => null)
    const info = adapter?.info ?? {}
    for (const key of ["vendor", "architecture", "device", "description"]) {
      found[key] = String(info[key] ?? "")
    }
    found.fallback = Boolean(info.isFallbackAdapter ?? adapter?.isFallbackAdapter)
  }
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2")
  if (gl) {
    const names = gl.getExtension("WEBGL_debug_renderer_info")
    found.renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
    gl.getExtension("WEBGL_lose_context")?.loseContext()
  }
  return found
}

function loadNetwork({ graph, weights }) {
  const take = (at) => at && tf.tensor(new Float32Array(weights, at.offset, at.size), at.shape)
  return graph.steps.map((step) => ({
    ...step,
    weight: take(step.weight),
    bias: take(step.bias),
  }))
}

function batchOf({ pixels, photos, graph }, start, count) {
  const size = graph.side * graph.side * 3
  const batch = new Float32Array(count * size)
  for (let index = 0; index < count; index++) {
    const photo = (start + index) % photos
    batch.set(pixels.subarray(photo * size, (photo + 1) * size), index * size)
  }
  return batch
}

// From pixels in memory to logits in memory: reading the logits waits for the GPU.
async function compute(network, { backend, graph }, batch) {
  const count = batch.length / (graph.side * graph.side * 3)
  const output = tf.tidy(() => {
    const outputs = { image: tf.tensor4d(batch, [count, graph.side, graph.side, 3]) }
    let last
    for (const step of network) {
      last = apply(step, step.sources.map((source) => outputs[source]))
      outputs[step.name] = last
    }
    return last
  })
  // A worker may block. Polling for WebGL's fence would add up to 4 ms to each run.
  const logits = backend === "webgl" ? output.dataSync() : await output.data()
  output.dispose()
  return logits
}

function apply(step, inputs) {
  const [x] = inputs
  const { weight, bias, activation } = step
  const shared = { x, filter: weight, strides: step.stride, pad: step.padding, bias, activation }
  switch (step.kind) {
    case "convolution":
      return tf.fused.conv2d(shared)
    case "depthwise":
      return tf.fused.depthwiseConv2d(shared)
    case "spread":
      return spread(x, shared)
    case "dense":
      return tf.fused.matMul({ a: x, b: weight, bias, activation })
    case "scale":
      return activate(tf.add(tf.mul(x, weight), bias), activation)
    case "add":
      return activate(inputs.slice(1).reduce((sum, next) => tf.add(sum, next), x), activation)
    case "concatenate":
      return activate(tf.concat(inputs, -1), activation)
    case "average":
      return activate(tf.mean(x, [1, 2]), activation)
    default:
      return activate(x, activation)
  }
}

function activate(x, activation) {
  if (activation === "relu6") return tf.relu6(x)
  return activation === "relu" ? tf.relu(x) : x
}

// A transposed depthwise convolution with stride 2: zeros between the pixels, then the kernel, which
// the server has turned round.
function spread(x, shared) {
  const [count, height, width, channels] = x.shape
  const pairs = tf.concat([x, tf.zerosLike(x)], 3)
  const columns = tf.reshape(pairs, [count, height, 2 * width * channels])
  const rows = tf.concat([columns, tf.zerosLike(columns)], 2)
  const apart = tf.reshape(rows, [count, 2 * height, 2 * width, channels])
  const padded = tf.pad(apart, [
    [0, 0],
    [2, 0],
    [2, 0],
    [0, 0],
  ])
  return tf.fused.depthwiseConv2d({ ...shared, x: padded, strides: 1, pad: "valid" })
}

async function measure(network, task, batch) {
  const { runs, fewest, milliseconds } = task.plan
  const input = batchOf(task, 0, batch)
  const warm = performance.now()
  for (let run = 0; run < WARM_RUNS || performance.now() - warm < WARM_MILLISECONDS; run++) {
    await compute(network, task, input)
    postMessage({ kind: "warm", batch })
  }
  const latencies = []
  const start = performance.now()
  let reported = start
  while (latencies.length < runs) {
    const before = performance.now()
    if (before - start > milliseconds && latencies.length >= fewest) break
    await compute(network, task, batchOf(task, latencies.length, batch))
    const after = performance.now()
    latencies.push(after - before)
    if (after - reported > REPORT_EVERY) {
      const share = Math.max(latencies.length / runs, (after - start) / milliseconds)
      const p50 = median(latencies)
      postMessage({ kind: "progress", batch, runs: latencies.length, share: Math.min(share, 1), p50 })
      reported = after
    }
  }
  return { batch, latencies_ms: latencies, seconds: (performance.now() - start) / 1000 }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

// Browsers round their clock. The smallest step that is seen tells how much.
function readClockStep() {
  let step = Infinity
  const end = performance.now() + 30
  let last = performance.now()
  while (last < end) {
    const now = performance.now()
    if (now > last) step = Math.min(step, now - last)
    last = now
  }
  return step
}
