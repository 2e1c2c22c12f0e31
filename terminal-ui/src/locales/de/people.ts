import type { Texts } from '../texts.ts'

/** Sign-in, lock, a manager's consent. */
export const people: Texts = {
  'Find by name or number': 'Nach Name oder Nummer suchen',
  'Name or number': 'Name oder Nummer',
  People: 'Personen',
  Manager: 'Leitung',
  Cashier: 'Kasse',
  'Choose your name.': 'Wählen Sie Ihren Namen.',
  'PIN of {0}': 'PIN von {0}',
  '{0} digits': '{0} Ziffern',
  'Delete last digit': 'Letzte Ziffer löschen',
  'Sign in': 'Anmelden',
  'Wrong PIN. 1 try is left.': 'Falsche PIN. Noch 1 Versuch.',
  'Wrong PIN. {0} tries are left.': 'Falsche PIN. Noch {0} Versuche.',
  'The permission from head office is over. Sign in when the till has heard from head office again.':
    'Die Berechtigung der Zentrale ist abgelaufen. Melden Sie sich an, sobald die Kasse wieder von der Zentrale gehört hat.',
  'This person may not do that here.': 'Diese Person darf das hier nicht.',
  'Too many wrong PINs. Try again in {0} seconds.':
    'Zu viele falsche PINs. Versuchen Sie es in {0} Sekunden noch einmal.',
  'Too many wrong PINs. Try again in {0} minutes.':
    'Zu viele falsche PINs. Versuchen Sie es in {0} Minuten noch einmal.',
  'The till is locked': 'Die Kasse ist gesperrt',
  'Who is selling?': 'Wer verkauft?',
  'The people of this store are being fetched…': 'Die Personen dieser Filiale werden geholt …',
  'Head office has not given anybody a PIN yet. Until it has, your name is enough.':
    'Die Zentrale hat noch niemandem eine PIN gegeben. Bis dahin genügt Ihr Name.',
  'Your name, as on the receipt': 'Ihr Name, wie er auf dem Beleg steht',
  'Start selling': 'Verkauf beginnen',
  'Lock, or change who is selling': 'Sperren oder Person wechseln',
  'A manager has to agree': 'Die Leitung muss zustimmen',
  'Go on under my name': 'Auf meinen Namen fortfahren',
  'Head office has not given any manager a PIN yet. You can go on; your own name is recorded as the one who agreed.':
    'Die Zentrale hat noch keiner Leitung eine PIN gegeben. Sie können fortfahren; als zustimmend wird Ihr eigener Name festgehalten.',
}
