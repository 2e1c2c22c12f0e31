import type { Texts } from '../texts.ts'

/** Synchronisation, storage, files, updates. */
export const syncing: Texts = {
  Sync: 'Abgleich',
  Synchronisation: 'Abgleich',
  Synced: 'Abgeglichen',
  Syncing: 'Wird abgeglichen',
  Conflict: 'Konflikt',
  Failed: 'Fehler',
  Offline: 'Offline',
  '{0}. Show details': '{0}. Einzelheiten zeigen',
  '1 receipt not sent yet': '1 Beleg noch nicht übertragen',
  '{0} receipts not sent yet': '{0} Belege noch nicht übertragen',
  'Everything on this till is at the hub.': 'Alles auf dieser Kasse ist beim Filialserver.',
  'Changes are on their way.': 'Änderungen sind unterwegs.',
  'Two people changed the same thing. A manager decides which one stands.':
    'Zwei Personen haben dasselbe geändert. Die Filialleitung entscheidet, was gilt.',
  'Something needs a person. Nothing is lost, and it is still tried.':
    'Jemand muss sich etwas ansehen. Nichts geht verloren, und es wird weiter versucht.',
  'The store hub does not answer. Go on selling: everything is kept here and sent later.':
    'Der Filialserver antwortet nicht. Verkaufen Sie weiter: Alles bleibt hier und wird später übertragen.',
  Sales: 'Verkäufe',
  Stock: 'Bestand',
  Conflicts: 'Konflikte',
  Catalogue: 'Katalog',
  'Sync log': 'Protokoll',
  Waiting: 'Wartet',
  'not tried yet': 'noch nicht versucht',
  '1 try': '1 Versuch',
  '{0} tries': '{0} Versuche',
  'sales of {0}': 'Verkäufe {0}',
  catalogue: 'Katalog',
  stock: 'Bestand',
  conflicts: 'Konflikte',
  Unknown: 'Unbekannt',
  Connected: 'Verbunden',
  'Not connected; the hub keeps everything until it is':
    'Nicht verbunden; der Filialserver behält alles, bis die Verbindung steht',
  'Not measured yet': 'Noch nicht gemessen',
  Right: 'Richtig',
  '{0} s': '{0} s',
  '{0} min': '{0} min',
  '{0} ahead of the hub': '{0} vor dem Filialserver',
  '{0} behind the hub': '{0} hinter dem Filialserver',
  'What is exchanged': 'Was ausgetauscht wird',
  '{0} to send': '{0} zu senden',
  'Store hub': 'Filialserver',
  Answers: 'Antwortet',
  'Does not answer': 'Antwortet nicht',
  'Epoch of its store': 'Epoche seines Speichers',
  'Head office': 'Zentrale',
  Clock: 'Uhr',
  'Last sync': 'Letzter Abgleich',
  Never: 'Nie',
  'This till': 'Diese Kasse',
  'Last error': 'Letzter Fehler',
  '{0} times': '{0}-mal',
  'Sync now': 'Jetzt abgleichen',
  'Syncing…': 'Wird abgeglichen …',
  'Not sent yet': 'Noch nicht übertragen',
  'Retry now': 'Jetzt versuchen',
  'Show {0} more': '{0} weitere zeigen',
  now: 'jetzt',
  'next try in {0} s': 'nächster Versuch in {0} s',

  'Sent to the hub: {0} ({1})': 'Zum Filialserver übertragen: {0} ({1})',
  'Fetched from the hub: {0} ({1})': 'Vom Filialserver geholt: {0} ({1})',
  'Could not synchronise: {0}': 'Abgleich nicht möglich: {0}',
  'Could not synchronise, try {0}: {1}': 'Abgleich nicht möglich, Versuch {0}: {1}',
  'Synchronised again after {0} failures': 'Nach {0} Fehlern wieder abgeglichen',
  'The hub refused {0}: {1}': 'Der Filialserver hat {0} nicht angenommen: {1}',
  'The hub has another store than before: everything is compared anew':
    'Der Filialserver hat einen anderen Speicher als vorher: Alles wird neu verglichen',
  'Local cache cleared: {0} documents': 'Lokaler Speicher geleert: {0} Dokumente',
  'File written: {0} documents': 'Datei geschrieben: {0} Dokumente',
  'File brought to the hub: {0} documents, {1} refused':
    'Datei zum Filialserver gebracht: {0} Dokumente, {1} nicht angenommen',
  'Old receipts left this till, head office has them: {0} ({1})':
    'Alte Belege haben diese Kasse verlassen, die Zentrale hat sie: {0} ({1})',
  Show: 'Zeigen',
  All: 'Alles',
  Problems: 'Probleme',
  'Sent and fetched': 'Gesendet und geholt',
  'By people': 'Von Personen',
  'Nothing of this kind has happened yet.': 'Davon ist noch nichts vorgekommen.',

  'Storage of this device': 'Speicher dieses Geräts',
  'Storage in use': 'Belegter Speicher',
  '{0} of {1} in use.': '{0} von {1} belegt.',
  'The browser keeps it until somebody clears it.': 'Der Browser behält ihn, bis jemand ihn leert.',
  'The browser may clear it when the disk gets full: install the till as an application.':
    'Der Browser darf ihn leeren, wenn die Festplatte voll wird: Installieren Sie die Kasse als Anwendung.',
  'Enough room': 'Genug Platz',
  'Getting full': 'Wird voll',
  Full: 'Voll',
  'Receipts stay on this till for': 'Belege bleiben auf dieser Kasse',
  'this month': 'diesen Monat',
  '{0} months': '{0} Monate',
  'Categories of the catalogue': 'Warengruppen des Katalogs',
  all: 'alle',
  '{0} of {1} chosen': '{0} von {1} gewählt',
  'Clear local cache…': 'Lokalen Speicher leeren …',
  'Clear the local cache?': 'Lokalen Speicher leeren?',
  'What the hub has as well is removed from this device and fetched again. Open carts, settings and the keys of this till stay.':
    'Was auch der Filialserver hat, wird von diesem Gerät entfernt und neu geholt. Offene Warenkörbe, Einstellungen und die Schlüssel dieser Kasse bleiben.',
  'The hub has to answer: this till could not fetch it again.':
    'Der Filialserver muss antworten: Diese Kasse könnte es sonst nicht neu holen.',
  '1 document was not sent yet. Only this device has it.':
    '1 Dokument ist noch nicht übertragen. Nur dieses Gerät hat es.',
  '{0} documents were not sent yet. Only this device has them.':
    '{0} Dokumente sind noch nicht übertragen. Nur dieses Gerät hat sie.',
  'Stock movements and counts': 'Warenbewegungen und Zählungen',
  'Receipts of earlier months': 'Belege früherer Monate',
  'Receipts of the month with the last one, which names the next number':
    'Belege des Monats mit dem letzten, der die nächste Nummer bestimmt',
  stays: 'bleibt',
  goes: 'wird entfernt',
  Clear: 'Leeren',
  'Clearing…': 'Wird geleert …',

  Files: 'Dateien',
  'When this till can’t reach its hub, its receipts can be carried there as a file. The hub checks them as if the till had sent them, and takes each one once.':
    'Wenn diese Kasse ihren Filialserver nicht erreicht, lassen sich ihre Belege als Datei dorthin tragen. Er prüft sie, als hätte die Kasse sie übertragen, und nimmt jeden einmal an.',
  'Save what is unsent': 'Nicht Übertragenes sichern',
  'Save everything': 'Alles sichern',
  'Save the receipts': 'Belege sichern',
  'Bring a file to the hub…': 'Datei zum Filialserver bringen …',
  'Sending…': 'Wird übertragen …',
  'File of a till': 'Datei einer Kasse',
  'There is nothing to save.': 'Es gibt nichts zu sichern.',
  'Saved: {0} documents.': 'Gesichert: {0} Dokumente.',
  'The file could not be written: {0}': 'Die Datei ließ sich nicht schreiben: {0}',
  'The file could not be read: {0}': 'Die Datei ließ sich nicht lesen: {0}',
  'This is no file of a till.': 'Das ist keine Datei einer Kasse.',
  'The hub did not take the file: {0}': 'Der Filialserver hat die Datei nicht angenommen: {0}',
  '{0}: receipts {1} to {2} are missing': '{0}: Die Belege {1} bis {2} fehlen',
  'New at the hub: {0}. Already there: {1}. Refused: {2}.':
    'Neu beim Filialserver: {0}. Schon dort: {1}. Nicht angenommen: {2}.',

  'On this till': 'Auf dieser Kasse',
  'At the hub': 'Beim Filialserver',
  'At head office': 'In der Zentrale',
  Audited: 'Geprüft',
  '{0}: step {1} of {2}': '{0}: Schritt {1} von {2}',

  'A new version of the till is ready. It starts by itself when the till is idle; the cart is kept.':
    'Eine neue Version der Kasse ist bereit. Sie startet von selbst, wenn die Kasse ruht; der Warenkorb bleibt.',
  'Start it now': 'Jetzt starten',
  'A newer version of the till was used here': 'Hier war eine neuere Version der Kasse in Gebrauch',
  'What it keeps on this device can’t be read by this older version, and is left as it is. Update the store hub, then try again. Receipts that were not sent can be saved as a file and brought to the hub.':
    'Was sie auf diesem Gerät ablegt, kann diese ältere Version nicht lesen; es bleibt, wie es ist. Aktualisieren Sie den Filialserver und versuchen Sie es dann noch einmal. Nicht übertragene Belege lassen sich als Datei sichern und zum Filialserver bringen.',
  'There is no room left on this device, so sales can’t be recorded. Free some space on the disk, or clear the local cache once everything is sent.':
    'Auf diesem Gerät ist kein Platz mehr, Verkäufe lassen sich nicht aufzeichnen. Schaffen Sie Platz auf der Festplatte, oder leeren Sie den lokalen Speicher, sobald alles übertragen ist.',
  'The storage of this device is getting full. Free some space on the disk before it is.':
    'Der Speicher dieses Geräts wird voll. Schaffen Sie vorher Platz auf der Festplatte.',
  'The clock of this device is wrong: {0}. Receipts would show the wrong time. Set it, or let the device set it by itself.':
    'Die Uhr dieses Geräts geht falsch: {0}. Belege würden die falsche Zeit zeigen. Stellen Sie sie, oder lassen Sie das Gerät sie selbst stellen.',
  'This address is now the hub of store {0}, and this till belongs to {1}. Nothing is sent there. Go on selling, and have the network looked at.':
    'Unter dieser Adresse antwortet jetzt der Server der Filiale {0}, diese Kasse gehört zu {1}. Dorthin wird nichts übertragen. Verkaufen Sie weiter und lassen Sie das Netz ansehen.',
  'The hub takes nothing in at the moment: {0}. Go on selling: everything is kept here.':
    'Der Filialserver nimmt zurzeit nichts an: {0}. Verkaufen Sie weiter: Alles bleibt hier.',
}
