// Shows the live camera. Each mount has one instance. The stream stops with the mount or a photo.
const instances = new WeakMap()
const DARK = 50 // mean grey level below which a photo is rejected: qana/imaging/quality.py
const MAX_SIDE = 2400 // pixels: the server reduces a larger photo anyway
const CHECK_EVERY = 800 // milliseconds
const LOST = 10000 // milliseconds after which the camera starts again, if the photo brought no answer
const FRAME = "Fill the circle with the lesion"

const ERRORS = {
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
  const camera = { facing: "environment", device: null, stream: null, stopped: false, onTaken: () => {} }
  let opened = 0 // number of the last time that the camera was opened
  let waiting
  const status = find(".status")
  // Set only when it changes, because a screen reader reads every change aloud.
  const report = (text) => status.textContent === text || (status.textContent = text)

  const light = setInterval(checkLight, CHECK_EVERY)
  const sample = document.createElement("canvas").getContext("2d", { willReadFrequently: true })

  camera.stop = () => {
    camera.stopped = true
    clearInterval(light)
    clearTimeout(waiting)
    release()
  }
  shutter.onclick = take
  other.onclick = switchCamera
  torch.onclick = async () => {
    const on = torch.getAttribute("aria-pressed") !== "true"
    await camera.stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] })
    torch.setAttribute("aria-pressed", String(on))
    checkLight()
  }
  open()
  return camera

  function release() {
    camera.stream?.getTracks().forEach((track) => track.stop())
    camera.stream = null
    video.srcObject = null
  }

  function getSettings() {
    return camera.stream?.getVideoTracks()[0].getSettings() ?? {}
  }

  // A phone names the side that a camera faces. A camera that is plugged in names none, and a laptop
  // may have no camera on its other side: then the next device is opened.
  async function switchCamera() {
    other.disabled = true
    const { deviceId, facingMode } = getSettings()
    if (facingMode) {
      camera.facing = camera.facing === "environment" ? "user" : "environment"
      camera.device = null
      await open()
    }
    if (!facingMode || getSettings().deviceId === deviceId) {
      const devices = await navigator.mediaDevices.enumerateDevices()
      const cameras = devices.filter((device) => device.kind === "videoinput" && device.deviceId)
      const now = cameras.findIndex((device) => device.deviceId === deviceId)
      camera.device = cameras[(now + 1) % cameras.length]?.deviceId ?? null
      await open()
    }
    other.disabled = false
  }

  async function open() {
    const number = ++opened
    clearTimeout(waiting)
    release()
    shutter.disabled = true
    if (!navigator.mediaDevices?.getUserMedia) {
      report("The camera needs a secure address (https): upload a photo instead.")
      return
    }
    report("Waiting for the camera")
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: {
          ...(camera.device
            ? { deviceId: { exact: camera.device } }
            : { facingMode: { ideal: camera.facing } }),
          width: { ideal: 1920 },
          height: { ideal: 1080 },
        },
      })
      if (camera.stopped || number !== opened) return stream.getTracks().forEach((one) => one.stop())
      camera.stream = stream
      video.srcObject = stream
      await video.play()
      const track = stream.getVideoTracks()[0]
      torch.hidden = !track.getCapabilities?.().torch
      const devices = await navigator.mediaDevices.enumerateDevices()
      other.hidden = devices.filter((device) => device.kind === "videoinput").length < 2
      shutter.disabled = false
      report(FRAME)
      find(".square").scrollIntoView({ block: "nearest" })
    } catch (error) {
      if (!camera.stopped) report(ERRORS[error.name] ?? "The camera does not start: upload a photo.")
    }
  }

  function checkLight() {
    if (shutter.disabled || !video.videoWidth) return
    const lit = torch.getAttribute("aria-pressed") === "true"
    if (brightness() >= DARK) report(FRAME)
    else if (torch.hidden || lit) report("It is dark here: turn on a lamp, or go to a window")
    else report("It is dark here: press Light")
  }

  function brightness() {
    // Of the visible square, reduced to 16 by 16 pixels.
    const side = Math.min(video.videoWidth, video.videoHeight)
    const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2]
    sample.drawImage(video, left, top, side, side, 0, 0, 16, 16)
    const { data } = sample.getImageData(0, 0, 16, 16)
    let sum = 0
    for (let i = 0; i < data.length; i += 4)
      sum += 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]
    return sum / 256
  }

  function take() {
    const canvas = document.createElement("canvas")
    const scale = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height)
    shutter.disabled = true
    report("Photo taken")
    release()
    camera.onTaken(canvas.toDataURL("image/jpeg", 0.95))
    // A message that is sent while the server is out of reach is lost without a word.
    waiting = setTimeout(open, LOST)
  }
}
