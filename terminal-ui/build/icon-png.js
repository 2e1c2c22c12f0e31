/** Draws the application's icon as PNG: three waves, as in `icon.svg`, without an image library. */
import { crc32, deflateSync } from 'node:zlib'

const background = [0x07, 0x42, 0x4b]
/** Height of each wave on the 512 grid, and its colour. */
const waves = [
  [163, [0xf2, 0xa5, 0x41]],
  [253, [0xff, 0xff, 0xff]],
  [343, [0x8d, 0xa8, 0xac]],
]
const samplesPerSide = 3

export function drawIconPng(size) {
  const rows = Array.from({ length: size }, (_, y) => {
    const pixels = Array.from({ length: size }, (_, x) => pixelAt(x, y, 512 / size))
    // Each row begins with its filter type, 0 for none.
    return Buffer.from([0, ...pixels.flat()])
  })
  return encodePng(size, Buffer.concat(rows))
}

/** The average over a small grid of samples, which smooths the edges. */
function pixelAt(x, y, scale) {
  const sum = [0, 0, 0]
  for (let i = 0; i < samplesPerSide ** 2; i += 1) {
    const offsetX = ((i % samplesPerSide) + 0.5) / samplesPerSide
    const offsetY = (Math.floor(i / samplesPerSide) + 0.5) / samplesPerSide
    const colour = colourAt((x + offsetX) * scale, (y + offsetY) * scale)
    colour.forEach((value, channel) => (sum[channel] = (sum[channel] ?? 0) + value))
  }
  return sum.map((value) => Math.round(value / samplesPerSide ** 2))
}

function colourAt(x, y) {
  const [left, right, halfWidth] = [96, 416, 18]
  for (const [centre, colour] of waves) {
    const nearest = Math.min(Math.max(x, left), right)
    const waveY = centre - 14 * Math.sin(((nearest - left) / 107) * Math.PI)
    if (Math.hypot(x - nearest, y - waveY) <= halfWidth) return colour
  }
  return background
}

/** PNG, 8 bits a channel, RGB: https://www.w3.org/TR/png-3/ */
function encodePng(size, rows) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
