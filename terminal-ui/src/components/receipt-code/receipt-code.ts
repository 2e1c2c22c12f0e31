/** A receipt's QR code: its number and hash. Loaded after the receipt is on screen, which nobody waits for. */
import { msg } from '@lit/localize'
import encodeQR from 'qr'
import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'

const quietZone = 2

@customElement('tm-receipt-code')
export class TmReceiptCode extends LitElement {
  static override styles = css`
    :host {
      display: block;
    }
    svg {
      display: block;
      width: 34mm;
      height: 34mm;
      margin: 0 auto;
      background: #fff;
    }
  `

  @property() accessor text = ''

  protected override render() {
    const modules = encodeQR(this.text, 'raw', { ecc: 'medium', border: quietZone })
    const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return html`<svg
      viewBox="0 0 ${modules.length} ${modules.length}"
      role="img"
      aria-label=${msg('Code of the receipt: number and hash')}
      data-testid="receipt-code"
      data-text=${this.text}
      shape-rendering="crispEdges"
    >
      ${svg`<path fill="#000" d=${dark.join('')} />`}
    </svg>`
  }
}
