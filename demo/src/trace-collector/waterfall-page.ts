/** The waterfall as a page: plain HTML, no script. */
import { attributeNames } from '@tidemark/contracts'
import { layOutWaterfall, type WaterfallRow } from './waterfall.ts'
import type { CollectedSpan } from './otlp.ts'

const styles = `
  :root { color-scheme: light dark; --ink: light-dark(#17212b, #e7edf2); --quiet: light-dark(#5d6b78, #97a6b3);
    --ground: light-dark(#f4f6f8, #10161c); --card: light-dark(#fff, #18212a); --edge: light-dark(#dde3e9, #2a3640);
    --accent: light-dark(#0b6e6e, #4fc3b7); }
  * { box-sizing: border-box }
  body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem); font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
  h1 { font-size: 1.35rem; margin: 0 0 .25rem } p { margin: 0 0 1.25rem; color: var(--quiet) } a { color: var(--accent) }
  .card { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 1rem 1.25rem; overflow-x: auto }
  .row { display: grid; grid-template-columns: minmax(15rem, 22rem) minmax(24rem, 1fr) 6rem; gap: 1rem; align-items: center; min-height: 2.1rem; border-top: 1px solid var(--edge) }
  .row:first-child { border-top: 0 }
  .name b { font-weight: 600 } .name span { color: var(--quiet); font-size: .85em; margin-left: .5em }
  .track { position: relative; height: 1.1rem } .time { text-align: right; font-variant-numeric: tabular-nums; color: var(--quiet) }
  .bar, .fold { position: absolute; top: 0; height: 100% } .bar { border-radius: 3px; min-width: 3px }
  .fold { background: repeating-linear-gradient(135deg, var(--edge) 0 5px, transparent 5px 10px) }
  .head .fold { background: none; color: var(--quiet); text-align: center; font-size: .8rem; white-space: nowrap }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1.25rem 0 0 } dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
  li { margin: .3rem 0 } code { font-size: .9em }`

const colours = ['#0b8a83', '#3f6fd8', '#b0641f', '#8a4fc0', '#b83c62', '#5d8a1f']

export function waterfallPage(traceId: string, spans: readonly CollectedSpan[]): string {
  if (spans.length === 0) {
    const text =
      'Nothing has been heard of this trace yet. A sale that a store holds back shows up when its line is restored.'
    return page('Trace', `<h1>Trace ${escape(traceId)}</h1><p>${text}</p>${allTraces}`)
  }
  const { rows, folds, darkMs } = layOutWaterfall(spans)
  const services = [...new Set(spans.map((span) => span.service))]
  const foldHtml = (text: (ms: number) => string) =>
    folds
      .map((fold) => `<i class="fold" style="left:${fold.left}%;width:${fold.width}%">${text(fold.durationMs)}</i>`)
      .join('')
  const header = folds.length === 0 ? '' : rowHtml('head', '', foldHtml(readableDuration), '')
  const body = rows
    .map((row) =>
      spanHtml(
        row,
        foldHtml(() => ''),
        colourOf(row.span.service, services),
      ),
    )
    .join('')
  const dark = darkMs > 0 ? `, of them ${readableDuration(darkMs)} in the dark, waiting` : ''
  const first = spans[0]
  const last = Math.max(...spans.map((span) => span.endMs))
  const whole = readableDuration(last - (first?.startMs ?? last))
  const documentId = spans.map((span) => span.attributes[attributeNames.documentId]).find((id) => id !== undefined)
  const facts = `<dl><dt>trace</dt><dd><code>${escape(traceId)}</code></dd><dt>document</dt><dd><code>${escape(String(documentId ?? '–'))}</code></dd>
    <dt>began</dt><dd>${new Date(first?.startMs ?? 0).toISOString()}</dd></dl>`
  return page(
    'Trace of a sale',
    `<h1>One sale, from the till to head office</h1><p>${spans.length} spans in ${whole}${dark}.</p>
     <div class="card">${header}${body}</div>${facts}${allTraces}`,
  )
}

export function traceListPage(traces: readonly (readonly CollectedSpan[])[]): string {
  const items = traces.map((spans) => {
    const root = spans[0]
    const id = root?.traceId ?? ''
    const document = spans
      .map((span) => span.attributes[attributeNames.documentId])
      .find((found) => found !== undefined)
    return `<li><a href="/traces/${id}">${escape(String(document ?? root?.name ?? id))}</a> · ${spans.length} spans</li>`
  })
  const list = items.length === 0 ? '<p>No traces yet. Sell something.</p>' : `<ul>${items.join('')}</ul>`
  return page('Traces', `<h1>Newest traces</h1>${list}`)
}

const allTraces = '<p style="margin-top:1.25rem"><a href="/">All traces</a></p>'

function spanHtml({ span, depth, left, width }: WaterfallRow, folds: string, colour: string): string {
  const name = `<b style="padding-left:${depth * 1.1}rem">${escape(span.name)}</b><span>${escape(span.service.replace('tidemark-', ''))}</span>`
  const bar = `${folds}<i class="bar" style="left:${left}%;width:${width}%;background:${colour}"></i>`
  return rowHtml('', name, bar, readableDuration(span.endMs - span.startMs))
}

function rowHtml(kind: string, name: string, track: string, time: string): string {
  return `<div class="row ${kind}"><div class="name">${name}</div><div class="track">${track}</div><div class="time">${time}</div></div>`
}

function colourOf(service: string, services: readonly string[]): string {
  return colours[services.indexOf(service) % colours.length] ?? '#0b8a83'
}

/** 1234 → `1.2 s`, 8000000 → `2 h 13 min`. */
function readableDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.round(ms / 60_000)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Tidemark</title><style>${styles}</style><body>${body}</body></html>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
