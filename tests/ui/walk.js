// What a walk asks of a page. Shadow roots of components are looked into as well.
(() => {
  const SLACK = 1.5 // pixels: layout rounds
  const UNREAD = "script, style, noscript, option, [data-testid=stSidebar]:not([aria-expanded=true])"

  function* elements(root = document) {
    for (const element of root.querySelectorAll("*")) {
      yield element
      if (element.shadowRoot) yield* elements(element.shadowRoot)
    }
  }
  const above = (node) =>
    node.assignedSlot ?? node.parentElement ?? (node.getRootNode().host || null)
  const seen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const name = (element) => {
    const id = element.dataset?.testid ?? element.className?.baseVal ?? element.className
    return `${element.localName}.${String(id).split(" ")[0]}`
  }

  const colours = (element) => {
    const style = getComputedStyle(element)
    return style.color + style.backgroundColor
  }

  // Where a piece of text is cut off, in words; null where it can be read, by scrolling at most.
  function cut(box, element) {
    let scrolled = false // what is below can be scrolled to
    for (let around = element; around; around = above(around)) {
      const style = getComputedStyle(around)
      const frame = around.getBoundingClientRect()
      if (style.clipPath.startsWith("inset(") || (frame.width <= 1 && frame.height <= 1)) return null
      const inline = style.display === "inline" || style.display === "contents"
      if (!inline && /hidden|clip/.test(style.overflowX))
        if (box.left < frame.left - SLACK || box.right > frame.right + SLACK)
          return `beside ${name(around)}`
      if (!inline && !scrolled && /hidden|clip/.test(style.overflowY)) {
        const middle = (box.top + box.bottom) / 2
        if (middle < frame.top || middle > frame.bottom) return `below ${name(around)}`
      }
      if (/auto|scroll/.test(style.overflowX) && around.scrollWidth > around.clientWidth)
        return box.left + around.scrollLeft < frame.left - SLACK ? `left of ${name(around)}` : null
      if (/auto|scroll/.test(style.overflowY) && around.scrollHeight > around.clientHeight)
        scrolled = true
      if (style.position === "fixed") break
    }
    const off = box.right > innerWidth + SLACK || box.left < -SLACK
    return off ? "outside of the window" : null
  }

  window.walk = {
    // True once nothing is loaded, computed or drawn any more; where the page follows a job, a bar
    // moves and is drawn anew twice a second, and all else must be there.
    rests(follows) {
      const app = document.querySelector("[data-testid=stApp]")
      const busy = "[data-testid=stSkeleton], [data-testid=stSpinner], [data-stale=true]"
      const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
      const still =
        app &&
        getComputedStyle(app).colorScheme === theme && // a moment after the window's own
        (follows || app?.dataset.testScriptState === "notRunning") &&
        (!document.querySelector(".st-key-tab_memory") || performance.now() - window.qanaNamed > 500) &&
        [...elements()].some((one) => one.matches("h1, h2")) &&
        !document.querySelector(busy) &&
        document.fonts.status === "loaded" &&
        [...document.images].every((image) => image.complete) &&
        [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].every((chart) =>
          chart.querySelector("canvas, svg"),
        ) &&
        (follows || document.getAnimations().every((one) => one.playState !== "running"))
      const look = still && [...elements()].map(colours) + (follows ? "" : document.body.innerText)
      const same = still && look === this.last
      this.last = look
      return same
    },
    // What is wider than its place, and what text is cut off, a sentence each.
    overflow() {
      const found = new Set()
      const scrolls = [document.documentElement, document.querySelector("[data-testid=stMain]")]
      for (const one of scrolls)
        if (one.scrollWidth > one.clientWidth)
          found.add(`${name(one)} scrolls sideways: ${one.scrollWidth} > ${one.clientWidth}`)
      // Nothing shows that a row of choices scrolls, so the last ones would not be found.
      for (const row of document.querySelectorAll("[data-testid=stButtonGroup] [role]"))
        if (row.clientWidth && row.scrollWidth > row.clientWidth + SLACK)
          found.add(`the choices "${row.innerText.replace(/\s+/g, " ")}" do not fit`)
      for (const element of elements()) {
        if (!seen(element) || element.closest(UNREAD)) continue
        if (element.matches("canvas, svg, img, input, button")) {
          const box = element.getBoundingClientRect()
          const where = box.width > 1 && cut(box, above(element) ?? element)
          if (where) found.add(`${name(element)} is cut off ${where}`)
        }
        const words = element.value || element.placeholder
        if (element.matches("input") && element.scrollWidth > element.clientWidth + SLACK)
          // A choice that is too long for its box may be written out beside it.
          if (!document.body.innerText.includes(words)) found.add(`"${words}" is cut off in its box`)
        for (const text of element.childNodes) {
          if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue
          if (element.closest("svg") && text.data.endsWith("…"))
            found.add(`"${text.data}" is cut short in a chart`)
          const range = document.createRange()
          range.selectNodeContents(text)
          for (const box of range.getClientRects()) {
            const where = box.width > 1 && cut(box, element)
            if (where) found.add(`"${text.data.trim().slice(0, 60)}" is cut off ${where}`)
          }
        }
      }
      return [...found]
    },
  }
})()
