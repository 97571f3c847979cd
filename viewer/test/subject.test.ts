import { describe, expect, it } from 'vitest';
import { formatSubject, parseSubject } from '../src/state/subject';

describe('what is said of a collection', () => {
  it('leaves out panden, as links did before', () => {
    expect(parseSubject('hoogte:12..20;naam~a%2Fb')).toEqual({ collection: 'pand', said: 'hoogte:12..20;naam~a%2Fb' });
    expect(formatSubject({ collection: 'pand', said: 'hoogte' })).toBe('hoogte');
    expect(formatSubject({ collection: 'pand', said: '' })).toBeNull();
    expect(parseSubject(null)).toEqual({ collection: 'pand', said: '' });
  });

  it('brings back others', () => {
    for (const said of ['', 'bgt_functie', 'bgt_functie=a%2Fb|c;h_maaiveld:..2']) {
      expect(parseSubject(formatSubject({ collection: 'wegdeel', said }))).toEqual({ collection: 'wegdeel', said });
    }
  });
});
