import { roundLength } from '../format/values';
import { fitting, flow, lines } from './fitting';

/** What is written under a picture. */
export interface Caption {
  readonly title: string;
  readonly line: string;
  /** Sources and licences. */
  readonly attribution: string;
  /** Degrees clockwise from north in which the picture looks. */
  readonly heading: number;
  /** What its colours mean, where it has any of its own. */
  readonly legend?: readonly Sample[];
  /** Metres on the ground in the middle of the picture that one of its pixels spans. */
  readonly metresPerPixel: number;
  readonly scale: (metres: number) => string;
}

const INK = '#16222e';
const SOFT = '#4b5a68';
const FONT = "'Source Sans 3', 'Segoe UI', system-ui, sans-serif";

/** What a colour in the picture means; hatched where it is drawn so. */
export interface Sample {
  readonly colour: string;
  readonly hatched: boolean;
  readonly label: string;
}

/** Heights on the sheet, in the pixels of a picture of 1280 wide. */
const TITLE = 32;
const LINE = 56;
const ROW = 24;
const FINE = 16;
const SWATCH = 22;

/** A picture on a sheet with title, date, north arrow, scale bar, the meaning of its colours and all of its sources, as a PNG. */
export async function sheetOf(picture: HTMLCanvasElement, caption: Caption): Promise<Blob> {
  // The words under a narrow picture, as of a phone, stay large enough to read.
  const unit = Math.max(picture.width / 1280, Math.min(0.9, picture.width / 520));
  const sheet = document.createElement('canvas');
  const paper = sheet.getContext('2d');
  if (!paper) throw new Error('no 2D canvas');
  const wide = picture.width / unit;
  const measured = (size: number, weight: number): CanvasRenderingContext2D => {
    paper.font = `${weight} ${size}px ${FONT}`;
    return paper;
  };
  const legend = caption.legend ?? [];
  const places = flow(legend.map(({ label }) => SWATCH + 8 + measured(14, 400).measureText(label).width), 20, wide - 40);
  const rows = (places.at(-1)?.row ?? -1) + 1;
  const sources = lines(measured(12, 400), caption.attribution, wide - 40);
  const below = LINE + rows * ROW + (rows > 0 ? 6 : 0);
  const strip = Math.round((below + 14 + sources.length * FINE) * unit);
  sheet.width = picture.width;
  sheet.height = picture.height + strip;
  paper.fillStyle = '#ffffff';
  paper.fillRect(0, 0, sheet.width, sheet.height);
  paper.drawImage(picture, 0, 0);
  paper.translate(0, picture.height);
  paper.scale(unit, unit);
  const write = (words: string, x: number, y: number, size: number, weight: number, colour: string): void => {
    paper.fillStyle = colour;
    measured(size, weight).fillText(words, x, y);
  };
  write(fitting(measured(24, 700), caption.title, wide - 320), 20, TITLE, 24, 700, INK);
  write(fitting(measured(17, 600), caption.line, wide - 320), 20, LINE, 17, 600, INK);
  legend.forEach((sample, at) => {
    const { left, row } = places[at] as { left: number; row: number };
    const y = LINE + (row + 1) * ROW;
    drawSample(paper, sample, 20 + left, y - 11);
    write(sample.label, 20 + left + SWATCH + 8, y + 1, 14, 400, INK);
  });
  sources.forEach((source, at) => {
    write(source, 20, below + 20 + at * FINE, 12, 400, SOFT);
  });
  drawScale(paper, caption, wide, unit);
  drawNorth(paper, caption.heading, wide - 40, 32, 22);
  return new Promise((done, fail) => {
    sheet.toBlob((blob) => {
      if (blob) done(blob);
      else fail(new Error('the picture is too large for this browser'));
    }, 'image/png');
  });
}

function drawSample(paper: CanvasRenderingContext2D, { colour, hatched }: Sample, x: number, y: number): void {
  paper.save();
  paper.beginPath();
  paper.roundRect(x, y, SWATCH, 13, 3);
  paper.fillStyle = colour;
  paper.fill();
  paper.clip();
  paper.strokeStyle = SOFT;
  paper.lineWidth = 1;
  paper.beginPath();
  for (let stripe = -13; hatched && stripe < SWATCH; stripe += 5) {
    paper.moveTo(x + stripe, y + 13);
    paper.lineTo(x + stripe + 13, y);
  }
  paper.stroke();
  paper.restore();
}

function drawScale(paper: CanvasRenderingContext2D, { metresPerPixel, scale }: Caption, wide: number, unit: number): void {
  const metres = roundLength(150 * unit * metresPerPixel);
  const length = metres / metresPerPixel / unit;
  const right = wide - 80;
  paper.strokeStyle = INK;
  paper.lineWidth = 2;
  paper.beginPath();
  paper.moveTo(right - length, 32);
  paper.lineTo(right - length, 42);
  paper.lineTo(right, 42);
  paper.lineTo(right, 32);
  paper.stroke();
  paper.font = `600 15px ${FONT}`;
  paper.fillStyle = INK;
  paper.textAlign = 'center';
  paper.fillText(scale(metres), right - length / 2, 28);
  paper.textAlign = 'left';
}

function drawNorth(paper: CanvasRenderingContext2D, heading: number, x: number, y: number, size: number): void {
  paper.save();
  paper.translate(x, y);
  paper.rotate((-heading * Math.PI) / 180);
  const half = (tip: number, colour: string): void => {
    paper.fillStyle = colour;
    paper.beginPath();
    paper.moveTo(0, tip * size);
    paper.lineTo(-size * 0.36, 0);
    paper.lineTo(size * 0.36, 0);
    paper.fill();
  };
  half(-1, '#c8321f');
  half(1, '#a9b4be');
  paper.fillStyle = INK;
  paper.font = `700 ${size * 0.6}px ${FONT}`;
  paper.textAlign = 'center';
  paper.fillText('N', 0, -size * 1.02);
  paper.restore();
}
