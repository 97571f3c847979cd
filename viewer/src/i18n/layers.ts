import type { English } from '.';

const nl = {
  'panel.layers': 'Lagen',
  'panel.colour': 'Kleuren',
  'panel.open': 'Lagen en kleuren tonen',
  'panel.close': 'Lagen en kleuren verbergen',
  'layers.count': '{count} objecten',
} as const;

const en: English<typeof nl> = {
  'panel.layers': 'Layers',
  'panel.colour': 'Colours',
  'panel.open': 'Show layers and colours',
  'panel.close': 'Hide layers and colours',
  'layers.count': '{count} objects',
};

export const layers = { nl, en };
