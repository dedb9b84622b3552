import type { ErrorKind } from '@filesource/core';
import type { KindText } from './en.ts';

const later = 'Versuchen Sie es in ein paar Minuten noch einmal.';
const operator = 'Wenden Sie sich an die Stelle, die das Gateway betreibt.';

export const deKinds: Record<ErrorKind, KindText> = {
  'not-found': { title: 'Nicht gefunden', advice: 'Prüfen Sie die Kennung, oder gehen Sie zurück und öffnen Sie den Ordner neu.' },
  'permission-denied': { title: 'Nicht erlaubt', advice: `Das Konto dieser Quelle darf das nicht lesen. ${operator}` },
  unauthenticated: { title: 'Anmeldung abgelehnt', advice: `Melden Sie sich neu an. Lehnt der Anbieter ab: ${operator}` },
  'rate-limited': { title: 'Zu viele Anfragen', advice: later },
  'quota-exceeded': { title: 'Kontingent erschöpft', advice: operator },
  'link-expired': { title: 'Link abgelaufen', advice: 'Versuchen Sie es noch einmal; dann entsteht ein neuer Link.' },
  'host-refused': { title: 'Server abgelehnt', advice: `Der Anbieter verweist auf einen Server, dem das Gateway nicht traut. ${operator}` },
  conflict: { title: 'Gerade nicht möglich', advice: 'Es läuft noch etwas anderes damit. Warten Sie, bis das beendet ist, und versuchen Sie es dann noch einmal.' },
  truncated: { title: 'Abgebrochen', advice: 'Der Anbieter hat weniger geschickt als angekündigt. Versuchen Sie es noch einmal.' },
  corrupt: { title: 'Beschädigt', advice: `Was der Anbieter schickt, ist beschädigt. Versuchen Sie es noch einmal. Bleibt es so: ${operator}` },
  'too-large': { title: 'Zu groß', advice: 'Es liegt über einer Grenze der Quelle. Sehen Sie nach, was diese Quelle kann.' },
  'range-not-satisfiable': { title: 'Nicht so lang', advice: 'Die Datei hat sich geändert. Laden Sie sie von vorn.' },
  unsupported: { title: 'Nicht unterstützt', advice: 'Diese Quelle kann das nicht. Sehen Sie nach, was diese Quelle kann.' },
  'invalid-argument': { title: 'Nicht verstanden', advice: 'Prüfen Sie Ihre Eingabe.' },
  'config-invalid': { title: 'Falsch eingerichtet', advice: operator },
  'vendor-protocol': { title: 'Unerwartete Antwort des Anbieters', advice: operator },
  'vendor-failure': { title: 'Störung beim Anbieter', advice: later },
  network: { title: 'Keine Verbindung', advice: 'Prüfen Sie Ihre Verbindung, und versuchen Sie es dann noch einmal.' },
  timeout: { title: 'Hat zu lange gedauert', advice: later },
  aborted: { title: 'Angehalten', advice: 'Starten Sie es neu, wenn Sie es noch brauchen.' },
  'target-failed': { title: 'Konnte nicht gespeichert werden', advice: `Das Gateway konnte nicht schreiben. ${operator}` },
  unexpected: { title: 'Etwas ist schiefgegangen', advice: `Versuchen Sie es noch einmal. Bleibt es so: ${operator}` },
};
