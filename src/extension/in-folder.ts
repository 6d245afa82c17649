/** Paths below others, with the separators of either system. Pure leaf. */

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

/** It is that folder, or lies below it. */
export function isIn(path: string, folder: string): boolean {
  return path === folder || isBelow(path, folder);
}
