import type { English } from '../../i18n';

const nl = {
  picture: 'Afbeelding',
  title: 'Titel onder de afbeelding',
  fineness: 'Fijnheid',
  download: 'Afbeelding opslaan (PNG)',
  size: '{width} × {height} beeldpunten',
  busy: 'Afbeelding maken…',
  done: 'Afbeelding opgeslagen.',
  failed: 'De afbeelding is te groot voor deze browser. Kies een lagere fijnheid.',
  line: 'Beeld van {date}',
  embed: 'In een webpagina zetten',
  code: 'HTML voor de webpagina',
  hint: 'Toont precies dit beeld, zonder knoppen, met de bronnen eronder.',
  copy: 'HTML kopiëren',
  copied: 'De HTML is gekopieerd.',
  manual: 'Kopieer de HTML uit het veld.',
} as const;

const en: English<typeof nl> = {
  picture: 'Picture',
  title: 'Title under the picture',
  fineness: 'Fineness',
  download: 'Save the picture (PNG)',
  size: '{width} × {height} pixels',
  busy: 'Making the picture…',
  done: 'Picture saved.',
  failed: 'The picture is too large for this browser. Choose a lower fineness.',
  line: 'View of {date}',
  embed: 'Put it in a web page',
  code: 'HTML for the web page',
  hint: 'Shows exactly this view, without buttons, with the sources below it.',
  copy: 'Copy the HTML',
  copied: 'The HTML has been copied.',
  manual: 'Copy the HTML from the field.',
};

export const words = { nl, en };
