import type { English } from '../../i18n';

const nl = {
  button: 'Medewerkers: inloggen',
  'button.in': 'Medewerkers: ingelogd',
  heading: 'Medewerkers',
  intro: 'Wie is ingelogd, ziet ook gegevens die niet openbaar zijn. Dat blijft zo tot u uitlogt of dit tabblad sluit.',
  with: 'Inloggen met {title}',
  key: 'API-sleutel',
  'key.use': 'Sleutel gebruiken',
  'key.wrong': 'Deze sleutel is niet geldig. Vraag de beheerder om een nieuwe.',
  failed: 'Inloggen is niet gelukt. Probeer het opnieuw, of vraag de beheerder om hulp.',
  unreachable: 'De aanbieder van het inloggen antwoordt niet. Probeer het zo opnieuw.',
  ended: 'U bent uitgelogd, omdat uw sleutel of sessie niet meer geldt. Log opnieuw in.',
  'sees.openbaar': 'U bent ingelogd. U mag zien wat openbaar is.',
  'sees.intern': 'U bent ingelogd. U mag ook zien wat intern is.',
  'sees.vertrouwelijk': 'U bent ingelogd. U mag alles zien, ook wat vertrouwelijk is.',
  out: 'Uitloggen',
  close: 'Sluiten',
} as const;

const en: English<typeof nl> = {
  button: 'Staff: log in',
  'button.in': 'Staff: logged in',
  heading: 'Staff',
  intro: 'Once logged in you also see data that is not public. That lasts until you log out or close this tab.',
  with: 'Log in with {title}',
  key: 'API key',
  'key.use': 'Use key',
  'key.wrong': 'This key is not valid. Ask the administrator for a new one.',
  failed: 'Logging in did not work. Try again, or ask the administrator for help.',
  unreachable: 'The log-in provider does not answer. Try again in a moment.',
  ended: 'You have been logged out, as your key or session is no longer valid. Log in again.',
  'sees.openbaar': 'You are logged in. You may see what is public.',
  'sees.intern': 'You are logged in. You may also see what is internal.',
  'sees.vertrouwelijk': 'You are logged in. You may see everything, confidential data included.',
  out: 'Log out',
  close: 'Close',
};

export const words = { nl, en };
