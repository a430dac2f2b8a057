// The live camera. One instance a mount; the stream stops when it is unmounted or a photo is taken.
const instances = new WeakMap()
const DARK = 50 // mean grey level below which a photo is turned away: qana/imaging/quality.py
const MOST_SIDE = 2400 // pixels: more is reduced by the server anyhow, and must first get there
const LOOK_EVERY = 800 // milliseconds
const FRAME = "Fill the circle with the lesion"

const TROUBLE = {
  NotAllowedError: "The camera is blocked: allow it in the browser, or upload a photo.",
  NotFoundError: "No camera was found: upload a photo instead.",
  NotReadableError: "Another program uses the camera: close it, or upload a photo.",
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  let camera = instances.get(parentElement)
  if (!camera) {
    camera = start(parentElement)
    instances.set(parentElement, camera)
  }
  parentElement.querySelector(".controls").classList.toggle("at_foot", data.at_foot)
  camera.onTaken = (picture) => setTriggerValue("taken", picture)
  return () => {
    camera.stop()
    instances.delete(parentElement)
  }
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const video = find("video")
  const shutter = find(".shutter")
  const torch = find(".torch")
  const other = find(".switch")
  const camera = { facing: "environment", stream: null, stopped: false, onTaken: () => {} }
  const said = find(".status")
  // Set only when it changes: a reader of the screen says it each time.
  const say = (text) => said.textContent === text || (said.textContent = text)

  const light = setInterval(hintAtLight, LOOK_EVERY)
  const speck = document.createElement("canvas").getContext("2d", { willReadFrequently: true })

  camera.stop = () => {
    camera.stopped = true
    clearInterval(light)
    release()
  }
  shutter.onclick = take
  other.onclick = () => {
    camera.facing = camera.facing === "environment" ? "user" : "environment"
    open()
  }
  torch.onclick = async () => {
    const on = torch.getAttribute("aria-pressed") !== "true"
    await camera.stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] })
    torch.setAttribute("aria-pressed", String(on))
    hintAtLight()
  }
  open()
  return camera

  function release() {
    camera.stream?.getTracks().forEach((track) => track.stop())
    camera.stream = null
    video.srcObject = null
  }

  async function open() {
    release()
    shutter.disabled = true
    if (!navigator.mediaDevices?.getUserMedia) {
      say("The camera needs a secure address (https): upload a photo instead.")
      return
    }
    say("Waiting for the camera")
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: {
          facingMode: { ideal: camera.facing },
          width: { ideal: 1920 },
          height: { ideal: 1080 },
        },
      })
      camera.stream = stream
      if (camera.stopped) return release()
      video.srcObject = stream
      await video.play()
      const track = stream.getVideoTracks()[0]
      torch.hidden = !track.getCapabilities?.().torch
      const devices = await navigator.mediaDevices.enumerateDevices()
      other.hidden = devices.filter((device) => device.kind === "videoinput").length < 2
      shutter.disabled = false
      say(FRAME)
      find(".square").scrollIntoView({ block: "nearest" })
    } catch (error) {
      if (!camera.stopped) say(TROUBLE[error.name] ?? "The camera does not start: upload a photo.")
    }
  }

  function hintAtLight() {
    if (shutter.disabled || !video.videoWidth) return
    const lit = torch.getAttribute("aria-pressed") === "true"
    if (brightness() >= DARK) say(FRAME)
    else if (torch.hidden || lit) say("It is dark here: turn on a lamp, or go to a window")
    else say("It is dark here: press Light")
  }

  function brightness() {
    // Of the square that is shown, at 16 pixels a side.
    const side = Math.min(video.videoWidth, video.videoHeight)
    const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2]
    speck.drawImage(video, left, top, side, side, 0, 0, 16, 16)
    const { data } = speck.getImageData(0, 0, 16, 16)
    let sum = 0
    for (let i = 0; i < data.length; i += 4)
      sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]
    return sum / 256
  }

  function take() {
    const canvas = document.createElement("canvas")
    const scale = Math.min(1, MOST_SIDE / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height)
    shutter.disabled = true
    say("Photo taken")
    release()
    camera.onTaken(canvas.toDataURL("image/jpeg", 0.95))
  }
}
