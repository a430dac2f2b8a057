// Shows one row for each photo, in the order in which they come. A row that has not changed stays as
// it is, so that a finger or a reader keeps its place while more rows come.
const instances = new WeakMap()

export default function ({ parentElement, data, setTriggerValue }) {
  let table = instances.get(parentElement)
  if (!table) {
    table = { rows: new Map(), pictures: new Map() }
    instances.set(parentElement, table)
  }
  table.onOpen = (path, page) => setTriggerValue("opened", { path, page })
  show(parentElement.querySelector("tbody"), table, data)
}

function show(body, table, { rows, nothing }) {
  const kept = new Map()
  const ordered = rows.map((row) => {
    if (row.picture) table.pictures.set(row.path, row.picture)
    row.picture = table.pictures.get(row.path)
    const text = JSON.stringify(row)
    const known = table.rows.get(row.path)
    const entry = known?.text === text ? known : { text, element: draw(row, table) }
    kept.set(row.path, entry)
    return entry.element
  })
  table.rows = kept
  if (!ordered.length) ordered.push(drawNothing(nothing))
  const wanted = new Set(ordered)
  for (const element of [...body.children]) if (!wanted.has(element)) element.remove()
  ordered.forEach((element, place) => {
    if (body.children[place] !== element) body.insertBefore(element, body.children[place] ?? null)
  })
}

function draw(row, table) {
  const line = document.createElement("tr")
  line.className = row.kind
  const picture = add(line, "td", "picture")
  if (row.picture) {
    const image = add(picture, "img")
    image.src = row.picture
    image.alt = ""
    image.loading = "lazy"
  } else add(picture, "span", "none")
  const file = add(line, "th", "file")
  file.scope = "row"
  const slash = row.path.lastIndexOf("/") + 1
  if (slash) add(file, "span", "folder", row.path.slice(0, slash))
  file.append(row.path.slice(slash))
  const name = add(line, "td", "class", row.name)
  if (row.name) add(name, "span", "label", `, ${row.probability}`)
  add(line, "td", "number probability", row.probability)
  const look = add(line, "td", "number look")
  if (row.look) {
    add(look, "span", "label", "look ")
    look.append(row.look)
    const bar = add(add(look, "span", "bar"), "i")
    bar.style.width = `${(100 * row.share).toFixed(1)}%`
  }
  const events = add(line, "td", "number events", row.events)
  if (row.events) add(events, "span", "label", " events")
  const state = add(line, "td", "state")
  add(state, "span", "badge", row.status)
  if (row.reason) add(state, "span", "reason", row.reason)
  const open = add(line, "td", "open")
  for (const [page, words] of row.readable ? [["scan", "Scan"], ["explain", "Explain"]] : []) {
    const button = add(open, "button", "", words)
    button.type = "button"
    button.setAttribute("aria-label", `${words}: open ${row.path}`)
    button.onclick = () => table.onOpen(row.path, page)
  }
  return line
}

function drawNothing(words) {
  const line = document.createElement("tr")
  line.className = "empty"
  add(line, "td", "", words).colSpan = 8
  return line
}

function add(parent, tag, name = "", words = "") {
  const element = document.createElement(tag)
  if (name) element.className = name
  element.textContent = words
  parent.append(element)
  return element
}
