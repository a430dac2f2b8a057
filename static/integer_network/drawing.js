// Draws maps of integers. Zero is black, because it is silent; above zero is warm, below it is blue.
const WARM = [[40, 11, 84], [120, 28, 109], [190, 55, 82], [237, 105, 37], [251, 180, 26], [252, 255, 164]]
const BLUE = [[8, 30, 66], [16, 70, 120], [30, 115, 170], [70, 160, 205], [130, 200, 230], [205, 238, 250]]
export const LEGEND = "Black is zero, and silent. Warm is above zero, blue is below zero."

function mix(anchors, share) {
  const place = share * (anchors.length - 1)
  const at = Math.min(Math.floor(place), anchors.length - 2)
  return anchors[at].map((from, index) => from + (anchors[at + 1][index] - from) * (place - at))
}

const STEPS = 128
const RAMPS = [WARM, BLUE].map((anchors) =>
  Array.from({ length: STEPS }, (_, step) => mix(anchors, step / (STEPS - 1))),
)

// Sets one pixel of an ImageData to the colour of a value; `most` has the brightest colour.
function colour(data, at, value, most) {
  if (value !== 0) {
    const step = Math.min(Math.ceil((Math.abs(value) / most) * STEPS), STEPS) - 1
    const [red, green, blue] = RAMPS[value > 0 ? 0 : 1][step]
    data[at] = red
    data[at + 1] = green
    data[at + 2] = blue
  }
  data[at + 3] = 255
}

// Finds the greatest absolute value of a channel, at least 1.
export function findMost(values, channel, channels) {
  let most = 1
  for (let at = channel; at < values.length; at += channels) most = Math.max(most, Math.abs(values[at]))
  return most
}

// Paints one channel with one pixel for each place.
export function paintChannel(canvas, values, [height, width, channels], channel) {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext("2d")
  const image = context.createImageData(width, height)
  const most = findMost(values, channel, channels)
  for (let place = 0; place < width * height; place++) {
    colour(image.data, place * 4, values[place * channels + channel], most)
  }
  context.putImageData(image, 0, 0)
}

// Paints how many channels of a layer send an event at each place.
export function paintEvents(canvas, values, [height, width, channels]) {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext("2d")
  const image = context.createImageData(width, height)
  for (let place = 0; place < width * height; place++) {
    let events = 0
    for (let channel = 0; channel < channels; channel++) if (values[place * channels + channel]) events++
    colour(image.data, place * 4, events, channels)
  }
  context.putImageData(image, 0, 0)
}

// Paints all channels of a layer side by side, with a gap between them. Small maps are enlarged.
// Returns how many pixels of the canvas lie from one map to the next.
export function paintChannels(canvas, values, [height, width, channels], columns) {
  const enlarged = Math.max(1, Math.ceil(8 / height))
  const across = width * enlarged + 1
  const down = height * enlarged + 1
  canvas.width = columns * across - 1
  canvas.height = Math.ceil(channels / columns) * down - 1
  const context = canvas.getContext("2d")
  const image = context.createImageData(canvas.width, canvas.height)
  for (let channel = 0; channel < channels; channel++) {
    const left = (channel % columns) * across
    const top = Math.floor(channel / columns) * down
    const most = findMost(values, channel, channels)
    for (let y = 0; y < height * enlarged; y++) {
      for (let x = 0; x < width * enlarged; x++) {
        const place = Math.floor(y / enlarged) * width + Math.floor(x / enlarged)
        const at = ((top + y) * canvas.width + left + x) * 4
        colour(image.data, at, values[place * channels + channel], most)
      }
    }
  }
  context.putImageData(image, 0, 0)
  return { across, down }
}

// Paints (S, S, 3) pixels.
export function paintPhoto(canvas, pixels, side) {
  canvas.width = canvas.height = side
  const context = canvas.getContext("2d")
  const image = context.createImageData(side, side)
  for (let place = 0; place < side * side; place++) {
    for (let channel = 0; channel < 3; channel++) image.data[place * 4 + channel] = pixels[place * 3 + channel]
    image.data[place * 4 + 3] = 255
  }
  context.putImageData(image, 0, 0)
}

export function countEvents(values) {
  let events = 0
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) events++
  return events
}
