// The live camera. One instance a mount; the stream stops when it is unmounted or a photo is taken.
const instances = new WeakMap()

const TROUBLE = {
  NotAllowedError: "The camera is blocked: allow it in the browser, or upload a photo.",
  NotFoundError: "No camera was found: upload a photo instead.",
  NotReadableError: "Another program uses the camera: close it, or upload a photo.",
}

export default function (component) {
  const { parentElement, setTriggerValue } = component
  let camera = instances.get(parentElement)
  if (!camera) {
    camera = start(parentElement)
    instances.set(parentElement, camera)
  }
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
  const say = (text) => (find(".status").textContent = text)

  camera.stop = () => {
    camera.stopped = true
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
      say("Fill the circle with the lesion")
    } catch (error) {
      if (!camera.stopped) say(TROUBLE[error.name] ?? "The camera does not start: upload a photo.")
    }
  }

  function take() {
    const canvas = document.createElement("canvas")
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    canvas.getContext("2d").drawImage(video, 0, 0)
    shutter.disabled = true
    say("Photo taken")
    release()
    camera.onTaken(canvas.toDataURL("image/jpeg", 0.95))
  }
}
