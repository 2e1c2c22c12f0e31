import type { Texts } from '../texts.ts'

/** Bar, navigation, set-up, pages of one message, settings. */
export const shell: Texts = {
  Sell: 'Verkaufen',
  Receipts: 'Belege',
  Settings: 'Einstellungen',
  Sections: 'Bereiche',
  More: 'Mehr',
  'More sections': 'Weitere Bereiche',
  'Lane {0}': 'Kasse {0}',
  '“{0}” could not be opened': '„{0}“ lässt sich nicht öffnen',
  'This part of the till is not on this device yet, and the hub does not answer. Go on selling, and try again later.':
    'Dieser Teil der Kasse ist noch nicht auf diesem Gerät, und der Filialserver antwortet nicht. Verkaufen Sie weiter und versuchen Sie es später noch einmal.',
  'Try again': 'Noch einmal versuchen',
  Undo: 'Rückgängig',

  'Opening the till…': 'Die Kasse wird geöffnet …',
  'The till is open in another tab': 'Die Kasse ist in einem anderen Tab offen',
  'One tab sells at a time, so that every receipt number is used once. This one opens when the other is closed. If you take over, the other tab stops and nothing is lost.':
    'Verkauft wird immer nur in einem Tab, damit jede Belegnummer genau einmal vergeben wird. Dieser öffnet sich, wenn der andere geschlossen wird. Wenn Sie übernehmen, hört der andere auf, und nichts geht verloren.',
  'Take over here': 'Hier übernehmen',
  'This browser’s storage can’t be opened': 'Der Speicher dieses Browsers lässt sich nicht öffnen',
  'Nothing was deleted. Close other windows of the till, leave private browsing, or make room on the disk; then try again. ({0})':
    'Es wurde nichts gelöscht. Schließen Sie andere Fenster der Kasse, verlassen Sie den privaten Modus oder schaffen Sie Platz auf der Festplatte; versuchen Sie es dann noch einmal. ({0})',
  'The till can’t be opened yet': 'Die Kasse lässt sich noch nicht öffnen',
  'A part of it is not on this device, and the hub does not answer. Nothing is lost; the till opens as soon as it does.':
    'Ein Teil von ihr ist nicht auf diesem Gerät, und der Filialserver antwortet nicht. Es ist nichts verloren; die Kasse öffnet, sobald er antwortet.',
  'Loading the catalogue': 'Der Katalog wird geladen',
  'One-time code': 'Einmalcode',
  'A manager gets it at the store’s hub. It works once, for ten minutes.':
    'Die Filialleitung holt ihn am Filialserver. Er gilt einmal, zehn Minuten lang.',
  'This code does not work: it is mistyped, was used, or is older than ten minutes.':
    'Dieser Code gilt nicht: Er ist vertippt, schon benutzt oder älter als zehn Minuten.',
  'Too many wrong codes. Wait ten minutes, and ask for a new one.':
    'Zu viele falsche Codes. Warten Sie zehn Minuten und lassen Sie sich einen neuen geben.',
  'Set up this till again': 'Diese Kasse neu einrichten',
  'The hub no longer accepts this till: it was revoked.':
    'Der Filialserver nimmt diese Kasse nicht mehr an: Sie wurde gesperrt.',
  'The catalogue can’t be fetched yet: {0}. Trying again…':
    'Der Katalog lässt sich noch nicht holen: {0}. Es wird weiter versucht …',
  'The hub answers, but head office has not sent the settings of store {0} yet. Waiting for them…':
    'Der Filialserver antwortet, aber die Zentrale hat die Einstellungen der Filiale {0} noch nicht geschickt. Es wird gewartet …',
  'The till starts selling as soon as the catalogue and the store’s settings are here.':
    'Es geht los, sobald der Katalog und die Einstellungen der Filiale da sind.',
  '{0} of {1} documents': '{0} von {1} Dokumenten',
  '{0} documents': '{0} Dokumente',

  'The hub no longer accepts this till: it was revoked. Sales are still recorded here.':
    'Der Filialserver nimmt diese Kasse nicht mehr an: Sie wurde gesperrt. Verkäufe werden hier weiter aufgezeichnet.',
  'Set up again': 'Neu einrichten',
  'Another device has taken over this lane. Everything sold here was sent.':
    'Ein anderes Gerät hat diese Kasse übernommen. Alles hier Verkaufte ist übertragen.',
  'Another device has taken over this lane. The receipts made here are still being sent.':
    'Ein anderes Gerät hat diese Kasse übernommen. Die Belege von hier werden noch übertragen.',
  Details: 'Einzelheiten',
  'Some changes could not be sent to the hub. They are tried again every 30 seconds.':
    'Einige Änderungen ließen sich nicht zum Filialserver übertragen. Alle 30 Sekunden wird es noch einmal versucht.',
  'The store hub does not answer. Go on selling.': 'Der Filialserver antwortet nicht. Verkaufen Sie weiter.',
  'The hub does not accept 1 document of this till.': 'Der Filialserver nimmt 1 Dokument dieser Kasse nicht an.',
  'The hub does not accept {0} documents of this till.': 'Der Filialserver nimmt {0} Dokumente dieser Kasse nicht an.',
  'Nothing is lost: it stays here and is offered again. Tell the store’s manager.':
    'Nichts geht verloren: Es bleibt hier und wird wieder angeboten. Sagen Sie der Filialleitung Bescheid.',
  '1 receipt is safe on this till and will be sent.': '1 Beleg ist auf dieser Kasse sicher und wird übertragen.',
  '{0} receipts are safe on this till and will be sent.':
    '{0} Belege sind auf dieser Kasse sicher und werden übertragen.',
  'This till could not be prepared for starting offline: {0}':
    'Diese Kasse konnte nicht für den Start ohne Netz vorbereitet werden: {0}',
  'The catalogue could not be read: {0}': 'Der Katalog ließ sich nicht lesen: {0}',

  'The store hub does not answer ({0}).': 'Der Filialserver antwortet nicht ({0}).',
  'Looking for the store hub…': 'Der Filialserver wird gesucht …',
  'Set up this till. You do this once.': 'Richten Sie diese Kasse ein. Das tun Sie nur einmal.',
  'The store hub does not answer': 'Der Filialserver antwortet nicht',
  'A new till needs it once, to get its lane and the catalogue. Check that the hub is on and that this device is in the store’s network. ({0})':
    'Eine neue Kasse braucht ihn einmal, für ihre Nummer und den Katalog. Sehen Sie nach, ob er an ist und dieses Gerät im Netz der Filiale. ({0})',
  'Trying…': 'Wird versucht …',
  Lane: 'Kasse',
  'More…': 'Mehr …',
  'in use': 'belegt',
  'Setting up…': 'Wird eingerichtet …',
  'Take over lane {0}?': 'Kasse {0} übernehmen?',
  'Its till ({0}) can still send what it has sold, and is asked to be set up anew. This till starts a receipt series of its own.':
    'Das bisherige Gerät ({0}) kann noch übertragen, was es verkauft hat, und muss neu eingerichtet werden. Diese Kasse beginnt eine eigene Belegreihe.',
  Cancel: 'Abbrechen',
  'Take over lane {0}': 'Kasse {0} übernehmen',
  'Choose a lane': 'Wählen Sie eine Kasse',
  'Start on lane {0}': 'An Kasse {0} beginnen',

  Language: 'Sprache',
  'Scanner sounds': 'Scannertöne',
  'Display and sound': 'Anzeige und Ton',
  Colours: 'Farben',
  'As the device is set': 'Wie am Gerät eingestellt',
  Light: 'Hell',
  Dark: 'Dunkel',
  'High contrast': 'Hoher Kontrast',
  Lock: 'Sperre',
  'Lock when nobody touches the till': 'Sperren, wenn niemand die Kasse berührt',
  'A manager decides.': 'Das entscheidet die Leitung.',
  Never: 'Nie',
  'After {0} minutes': 'Nach {0} Minuten',
  'Ask for a PIN at every start': 'Bei jedem Start nach der PIN fragen',
  'This till': 'Diese Kasse',
  Store: 'Filiale',
  Till: 'Kasse',
  Products: 'Artikel',
  Version: 'Version',
  'The till no longer locks by itself': 'Die Kasse sperrt sich nicht mehr von selbst',
  'The till locks after {0} idle minutes': 'Die Kasse sperrt sich nach {0} Minuten ohne Bedienung',
  'The till asks for a PIN at every start': 'Die Kasse fragt bei jedem Start nach der PIN',
  'The till no longer asks for a PIN at every start': 'Die Kasse fragt beim Start nicht mehr nach der PIN',
  'Skip to the content': 'Zum Inhalt springen',
  Close: 'Schließen',

  Keys: 'Tasten',
  Everywhere: 'Überall',
  'This list': 'Diese Liste',
  'Go to a section': 'Einen Bereich öffnen',
  Esc: 'Esc',
  'Close what is open': 'Offenes schließen',
  Selling: 'Verkaufen',
  'Search; any letter or digit does, too': 'Suchen; jeder Buchstabe und jede Ziffer geht auch',
  Enter: 'Enter',
  'Choose a result': 'Ein Ergebnis wählen',
  'Discount on the cart': 'Rabatt auf den Warenkorb',
  'Put the cart aside, or bring one back': 'Warenkorb parken oder zurückholen',
  'Take back the last change of the cart': 'Letzte Änderung am Warenkorb zurücknehmen',
  Pay: 'Bezahlen',
  'Type what is given, and confirm': 'Gegebenen Betrag eingeben und bestätigen',
  'New sale, when a receipt is shown': 'Neuer Verkauf, wenn ein Beleg gezeigt wird',
}
