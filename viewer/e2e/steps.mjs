import { finding } from './steps/finding.mjs';
import { measuring } from './steps/measuring.mjs';
import { objects } from './steps/objects.mjs';
import { opening } from './steps/opening.mjs';
import { section } from './steps/section.mjs';
import { staff } from './steps/staff.mjs';
import { sun } from './steps/sun.mjs';
import { trouble } from './steps/trouble.mjs';

/**
 * What a visitor does, in order, by topic: pairs of a title and a function of the visit.
 *
 * Within a topic a step may start where the one before ended; each topic opens the page anew.
 */
export const topics = { opening, objects, finding, measuring, section, staff, sun, trouble };
