/** Entry of the console. */
import { createConsole } from '../contexts/console.ts'
import { applyTheme, currentTheme } from '../contexts/theme.ts'
import { TmApp } from '../views/app.ts'

applyTheme(currentTheme())
const console = createConsole(window.location.origin)
const app = new TmApp()
app.console = console
document.body.append(app)
void console.session.start()
