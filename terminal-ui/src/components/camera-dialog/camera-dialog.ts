/** Scans with the camera, where the browser can read barcodes itself (`BarcodeDetector`). It goes on until it is closed. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ readonly rawValue: string }[]>
}
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector

const formats = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'qr_code']
const framePauseMs = 120
/** The same code counts again only after it was out of sight this long. */
const repeatAfterMs = 1_500

/** @fires tm-code with what was read; tm-cancel */
@customElement('tm-camera-dialog')
export class TmCameraDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 520px;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: var(--tm-space-3);
      }
      header button {
        padding: 0;
      }
      video {
        display: block;
        width: 100%;
        aspect-ratio: 4 / 3;
        border-radius: var(--tm-radius-m);
        background: #000;
        object-fit: cover;
      }
      p {
        margin-top: var(--tm-space-3);
      }
    `,
  ]

  @state() private accessor problem = ''
  @state() private accessor last = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @query('video') private accessor video!: HTMLVideoElement
  #stream: MediaStream | undefined
  #seenAtMs = 0

  async open(): Promise<void> {
    this.problem = ''
    this.last = ''
    await this.updateComplete
    this.dialog.showModal()
    const detector = newDetector()
    if (detector === undefined) {
      this.problem = msg('This browser can’t read barcodes from a camera. Use a scanner, or type the number.')
      return
    }
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    } catch {
      this.problem = msg('The camera can’t be used. Allow it for this page in the browser, or use a scanner.')
      return
    }
    this.video.srcObject = this.#stream
    await this.video.play().catch(() => undefined)
    void this.#read(detector)
  }

  async #read(detector: Detector): Promise<void> {
    while (this.dialog.open && this.#stream !== undefined) {
      const codes = await detector.detect(this.video).catch(() => [])
      if (codes[0] !== undefined) this.#take(codes[0].rawValue)
      await new Promise((resolve) => {
        setTimeout(resolve, framePauseMs)
      })
    }
  }

  #take(code: string): void {
    const nowMs = performance.now()
    const isNew = code !== this.last || nowMs - this.#seenAtMs > repeatAfterMs
    this.#seenAtMs = nowMs
    if (!isNew) return
    this.last = code
    this.dispatchEvent(new CustomEvent('tm-code', { detail: code }))
  }

  #onClose = (): void => {
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = undefined
    this.dispatchEvent(new CustomEvent('tm-cancel'))
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#onClose}>
      <header>
        <h2 id="title">${msg('Scan with the camera')}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${() => this.dialog.close()}>${icon('close')}</button>
      </header>
      <video ?hidden=${this.problem !== ''} muted playsinline></video>
      <p role="status" data-testid="camera-status">${this.problem === '' ? this.last : this.problem}</p>
    </dialog>`
  }
}

function newDetector(): Detector | undefined {
  const { BarcodeDetector } = globalThis as unknown as { readonly BarcodeDetector?: DetectorClass }
  return BarcodeDetector === undefined ? undefined : new BarcodeDetector({ formats })
}
