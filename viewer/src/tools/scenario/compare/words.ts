import type { English } from '../../../i18n';

const nl = {
  compare: 'Vergelijken',
  'compare.with': 'Vergelijk met',
  'compare.none': 'Niets',
  'compare.today': 'De stad van nu',
  'compare.now': 'Nu',
  'compare.file': 'Of met een variant uit een bestand',
  'compare.busy': 'De andere variant uitrekenen…',
  'compare.divider': 'Grens tussen {there} (links) en {here} (rechts)',
  'compare.areas': 'De twee zijn over verschillende gebieden gerekend. Teken een plangebied om over dezelfde grond te vergelijken.',
  'compare.caption': 'Cijfers naast elkaar; het verschil is dat van deze variant met wat links staat',
  'compare.indicator': 'Indicator',
  'compare.difference': 'Verschil',
} as const;

const en: English<typeof nl> = {
  compare: 'Compare',
  'compare.with': 'Compare with',
  'compare.none': 'Nothing',
  'compare.today': 'The city of today',
  'compare.now': 'Now',
  'compare.file': 'Or with a variant from a file',
  'compare.busy': 'Working out the other variant…',
  'compare.divider': 'Line between {there} (left) and {here} (right)',
  'compare.areas': 'The two are counted over different areas. Draw a plan area to compare over the same ground.',
  'compare.caption': 'Figures side by side; the difference is that of this variant with what stands on the left',
  'compare.indicator': 'Indicator',
  'compare.difference': 'Difference',
};

export const words = { nl, en };
