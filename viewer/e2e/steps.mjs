import { comparing } from './steps/comparing.mjs';
import { editing } from './steps/editing.mjs';
import { filtering } from './steps/filtering.mjs';
import { finding } from './steps/finding.mjs';
import { login } from './steps/login.mjs';
import { looks } from './steps/looks.mjs';
import { measuring } from './steps/measuring.mjs';
import { objects } from './steps/objects.mjs';
import { opening } from './steps/opening.mjs';
import { presenting } from './steps/presenting.mjs';
import { scenario } from './steps/scenario.mjs';
import { screens } from './steps/screens.mjs';
import { section } from './steps/section.mjs';
import { sharing } from './steps/sharing.mjs';
import { sight } from './steps/sight.mjs';
import { staff } from './steps/staff.mjs';
import { sun } from './steps/sun.mjs';
import { sunhours } from './steps/sunhours.mjs';
import { trouble } from './steps/trouble.mjs';
import { walking } from './steps/walking.mjs';
import { water } from './steps/water.mjs';

/**
 * What a visitor does, in order, by topic: pairs of a title and a function of the visit.
 *
 * Within a topic a step may start where the one before ended; each topic opens the page anew.
 */
export const topics = { opening, looks, objects, filtering, finding, screens, walking, measuring, section, sight, staff, login, sun, water, scenario, editing, sunhours, comparing, presenting, sharing, trouble };

/**
 * Topics that look at single pixels at a place of the screen, and the one that counts what a street costs, as finer pixels
 * ask for finer tiles; the others draw fewer, see visit.mjs.
 */
export const sharp = new Set(['looks', 'comparing', 'walking']);
