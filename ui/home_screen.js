// Lets a phone put the app on its home screen, where it opens without the browser's bars.
{
  const folder = new URL("app/static/", new URL(".", location.href))
  const entries = [
    ["link", { rel: "manifest", href: new URL("app.json", folder).href }],
    ["link", { rel: "apple-touch-icon", href: new URL("icon-192.png", folder).href }],
    ["meta", { name: "theme-color", content: "#0b6158" }],
    ["meta", { name: "mobile-web-app-capable", content: "yes" }],
  ]
  for (const [tag, attributes] of entries) {
    const [name, value] = Object.entries(attributes)[0]
    if (!document.head.querySelector(`${tag}[${name}="${value}"]`))
      document.head.append(Object.assign(document.createElement(tag), attributes))
  }
}
