import { roundLength } from '../format/values';
import { fitting } from './fitting';

/** What is written under a picture. */
export interface Caption {
  readonly title: string;
  readonly line: string;
  /** Sources and licences. */
  readonly attribution: string;
  /** Degrees clockwise from north in which the picture looks. */
  readonly heading: number;
  /** Metres on the ground in the middle of the picture that one of its pixels spans. */
  readonly metresPerPixel: number;
  readonly scale: (metres: number) => string;
}

const INK = '#16222e';
const SOFT = '#4b5a68';
const FONT = "'Source Sans 3', 'Segoe UI', system-ui, sans-serif";

/** A picture on a sheet with title, date, north arrow, scale bar and attribution, as a PNG. */
export async function sheetOf(picture: HTMLCanvasElement, caption: Caption): Promise<Blob> {
  const unit = Math.max(picture.width / 1280, 0.6);
  const strip = Math.round(86 * unit);
  const sheet = document.createElement('canvas');
  sheet.width = picture.width;
  sheet.height = picture.height + strip;
  const paper = sheet.getContext('2d');
  if (!paper) throw new Error('no 2D canvas');
  paper.fillStyle = '#ffffff';
  paper.fillRect(0, 0, sheet.width, sheet.height);
  paper.drawImage(picture, 0, 0);
  paper.translate(0, picture.height);
  const write = (words: string, x: number, y: number, size: number, weight: number, colour: string, width: number): void => {
    paper.font = `${weight} ${size * unit}px ${FONT}`;
    paper.fillStyle = colour;
    paper.fillText(fitting(paper, words, width * unit), x * unit, y * unit);
  };
  const wide = sheet.width / unit;
  write(caption.title, 20, 32, 24, 700, INK, wide - 320);
  write(caption.line, 20, 56, 17, 600, INK, wide - 320);
  write(caption.attribution, 20, 76, 12, 400, SOFT, wide - 40);
  drawScale(paper, caption, wide, unit);
  drawNorth(paper, caption.heading, (wide - 40) * unit, 32 * unit, 22 * unit);
  return new Promise((done, fail) => {
    sheet.toBlob((blob) => {
      if (blob) done(blob);
      else fail(new Error('the picture is too large for this browser'));
    }, 'image/png');
  });
}

function drawScale(paper: CanvasRenderingContext2D, { metresPerPixel, scale }: Caption, wide: number, unit: number): void {
  const metres = roundLength(150 * unit * metresPerPixel);
  const length = metres / metresPerPixel;
  const right = (wide - 80) * unit;
  paper.strokeStyle = INK;
  paper.lineWidth = 2 * unit;
  paper.beginPath();
  paper.moveTo(right - length, 32 * unit);
  paper.lineTo(right - length, 42 * unit);
  paper.lineTo(right, 42 * unit);
  paper.lineTo(right, 32 * unit);
  paper.stroke();
  paper.font = `600 ${15 * unit}px ${FONT}`;
  paper.fillStyle = INK;
  paper.textAlign = 'center';
  paper.fillText(scale(metres), right - length / 2, 28 * unit);
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
