// Draws how a sum builds up, product by product, with the thresholds of the output.
const SPACE = "http://www.w3.org/2000/svg"

function draw(kind, attributes, ...children) {
  const element = document.createElementNS(SPACE, kind)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

// Returns the drawing and a function that marks one product. `onChoose` gets the index of the product
// that the pointer is on.
export function drawSum(neuron, label, onChoose) {
  const sums = [neuron.form === "pooled" ? 0 : neuron.bias]
  for (const { product } of neuron.parts) sums.push(sums.at(-1) + product)
  const marks = [neuron.rise, neuron.fall].filter((mark) => mark !== null)
  const values = [...sums, 0, ...(neuron.layer.kind === "dense" ? [] : marks)]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const margin = (high - low) * 0.06 || 1
  const y = (value) => (100 * (high + margin - value)) / (high - low + 2 * margin)
  const x = (index) => (100 * index) / Math.max(sums.length - 1, 1)
  const line = (value, kind) => draw("line", { class: kind, x1: 0, x2: 100, y1: y(value), y2: y(value) })
  const path = sums.map((sum, index) => `${index ? `H${x(index)}V` : `M0 `}${y(sum)}`).join("")
  const chosen = draw("line", { class: "chosen", x1: 0, x2: 0, y1: 0, y2: 100 })
  const drawing = draw(
    "svg",
    { class: "sum", viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label },
    line(0, "zero"),
    ...(neuron.layer.kind === "dense" ? [] : marks.map((mark) => line(mark, "threshold"))),
    draw("path", { class: "total", d: path }),
    chosen,
  )
  drawing.onpointermove = (event) => {
    if (!neuron.parts.length) return
    const area = drawing.getBoundingClientRect()
    const share = Math.min(Math.max((event.clientX - area.left) / area.width, 0), 0.9999)
    onChoose(Math.floor(share * neuron.parts.length))
  }
  const mark = (index) => {
    const middle = (x(index) + x(index + 1)) / 2
    chosen.setAttribute("x1", middle)
    chosen.setAttribute("x2", middle)
  }
  return { drawing, mark, sums }
}
