import { extname } from 'node:path';

/** Endings of the kinds of files that a specification may ask for. A kind that is not here may be anything. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  image: ['.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.gif', '.heic', '.avif'],
  video: ['.mp4', '.avi', '.mov', '.mkv', '.webm', '.m4v', '.wmv'],
  audio: ['.mp3', '.wav', '.flac', '.ogg', '.m4a', '.aac'],
  text: ['.txt', '.md', '.html', '.csv', '.json', '.xml'],
  pcd: ['.pcd', '.las', '.laz', '.ply', '.bin'],
  data: ['.json', '.xml', '.yaml', '.yml', '.csv', '.txt', '.bin', '.npy', '.npz', '.parquet'],
};

/** Why a file cannot be of a kind; undefined where it can. */
export function typeProblem(key: string, fileType: string | null | undefined): string | undefined {
  const endings = ENDINGS[String(fileType)];
  const ending = extname(key).toLowerCase();
  if (!endings || endings.includes(ending)) return undefined;
  return `${key} is no ${fileType}: its ending is '${ending}', expected one of ${endings.join(', ')}`;
}
