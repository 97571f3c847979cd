import { zipSync } from 'fflate';

export type Spring = '03-21' | '09-23';

/** The moments that most Dutch municipalities ask for, as wall-clock times of a year. */
export function moments(year: number, spring: Spring): string[] {
  const days: [string, number[]][] = [
    [spring, [9, 12, 15, 18]],
    ['06-21', [9, 12, 15, 18, 20]],
    ['12-22', [9, 12, 15]],
  ];
  return days.sort().flatMap(([day, hours]) => hours.map((hour) => `${year}-${day}T${String(hour).padStart(2, '0')}:00`));
}

/** Pictures by name in one file; PNGs are compressed already, so they are only put together. */
export async function zipped(pictures: ReadonlyMap<string, Blob>): Promise<Blob> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, picture] of pictures) files[name] = new Uint8Array(await picture.arrayBuffer());
  return new Blob([zipSync(files, { level: 0 })], { type: 'application/zip' });
}
