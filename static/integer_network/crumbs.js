// Draws the levels above as a row of buttons, and the ways out and back.
import { make, writeName } from "./elements.js"
import { CHANNEL, LAYER, NETWORK, NEURON, PART, chooseLargest, findLayer, isFlat, zoomOut } from "./position.js"

export function startCrumbs(view, root) {
  return { draw }

  function draw() {
    const { position } = view
    const layer = findLayer(view, position)
    const flat = isFlat(layer)
    const { level, channel, row, column, pixel, part } = position
    const at = (other) => ({ ...position, level: other, pixel: null })
    const neuron = () => chooseLargest(view, at(NEURON))
    const names = [[() => at(NETWORK), "Network"]]
    if (level >= LAYER) names.push([() => at(LAYER), writeName(layer.name)])
    if (level >= CHANNEL) names.push([flat ? neuron : () => at(CHANNEL), `channel ${channel}`])
    if (level >= NEURON && !flat) names.push([neuron, `row ${row}, column ${column}`])
    if (pixel) names.push([() => ({ ...position, level: NEURON }), `pixel ${pixel.join(", ")}`])
    if (level === PART) names.push([() => position, `product ${part + 1}`])
    const list = make("ol", {})
    names.forEach(([makeTarget, name], index) => {
      const last = index === names.length - 1
      const button = make("button", { type: "button", "aria-current": last ? "step" : null, disabled: last }, name)
      button.onclick = () => {
        view.go(makeTarget())
        view.stage.focus({ preventScroll: true })
      }
      list.append(make("li", {}, button))
    })
    const buttons = []
    if (view.past.length) buttons.push(make("button", { type: "button", class: "back", onclick: view.goBack }, "Back"))
    if (level > NETWORK) {
      const out = make("button", { type: "button", class: "out", onclick: () => view.go(zoomOut(view, position)) }, "Zoom out")
      buttons.push(out)
    }
    root.replaceChildren(list, make("span", { class: "ways" }, ...buttons))
  }
}
