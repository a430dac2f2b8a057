// Makes elements and writes numbers.
export function make(kind, attributes = {}, ...children) {
  const element = document.createElement(kind)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value
    else if (name === "class") element.className = value
    else if (value === true) element.setAttribute(name, "")
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

export function write(number) {
  return number.toLocaleString("en-US").replace("-", "\u2212")
}

export function writeSigned(number) {
  return `${number > 0 ? "+" : ""}${write(number || 0)}` // a rounded number can be -0
}

export function writePercent(share) {
  if (share > 0 && share < 0.01) return "under 1%"
  if (share > 0.99 && share < 1) return "over 99%"
  return `${Math.round(share * 100)}%`
}

export function capitalize(text) {
  return text[0].toUpperCase() + text.slice(1)
}

// The name of a layer with spaces, so that it breaks on a narrow screen.
export function writeName(name) {
  return name.replaceAll("_", " ")
}

export function writePlace(row, column) {
  return `row ${row}, column ${column}`
}
