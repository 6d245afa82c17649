/**
 * package.json against the code and the catalogues: every command that is contributed is registered and the other way round,
 * every setting is read, every `%key%` is in each language, and no key is left over.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { sourceFiles, textOf } from './sources.mjs';

export async function checkContributions() {
  const manifest = JSON.parse(textOf('package.json'));
  const contributes = manifest.contributes;
  if (!contributes) return ['package.json contributes nothing'];
  const problems = [];
  const code = (await sourceFiles())
    .filter((path) => path.startsWith('src/extension/') && path.endsWith('.ts'))
    .map(textOf)
    .join('\n');
  const named = (id) => code.includes(`'${id}'`) || code.includes(`"${id}"`) || code.includes(`\`${id}\``);

  const commands = (contributes.commands ?? []).map(({ command }) => command);
  for (const id of commands) if (!named(id)) problems.push(`command ${id} is contributed, but not in src/extension`);
  for (const id of twice(commands)) problems.push(`command ${id} is contributed twice`);
  const menus = Object.entries(contributes.menus ?? {});
  for (const [menu, entries] of menus) {
    for (const { command } of entries) {
      if (command?.startsWith('slipway.') && !commands.includes(command))
        problems.push(`menu ${menu}: ${command} is no contributed command`);
    }
  }
  for (const { command } of contributes.keybindings ?? []) {
    if (command.startsWith('slipway.') && !commands.includes(command))
      problems.push(`key of ${command}, which is no contributed command`);
  }
  const settings = [contributes.configuration ?? []].flat().flatMap(({ properties }) => Object.keys(properties ?? {}));
  for (const id of settings) {
    if (!named(id) && !named(id.replace(/^slipway\./, ''))) problems.push(`setting ${id} is not read in src/extension`);
  }
  const views = Object.values(contributes.views ?? {})
    .flat()
    .map(({ id }) => id);
  for (const id of views) if (!named(id)) problems.push(`view ${id} has no provider in src/extension`);
  for (const path of filesNamed(contributes)) {
    if (!existsSync(join(root, path))) problems.push(`package.json names ${path}, which does not exist`);
  }
  return [...problems, ...keysOf('package.nls', JSON.stringify(manifest).matchAll(/%([\w.-]+)%/g))];
}

const twice = (values) => values.filter((value, index) => values.indexOf(value) !== index);

/** Each used key is in each language of a catalogue, and each key is used. */
function keysOf(catalogue, matches) {
  const used = new Set([...matches].map((match) => match[1]));
  const files = readdirSync(root).filter((name) => name.startsWith(`${catalogue}.`) && name.endsWith('.json'));
  const problems = [];
  if (used.size > 0 && !files.includes(`${catalogue}.json`)) problems.push(`${catalogue}.json does not exist`);
  for (const file of files) {
    const keys = Object.keys(JSON.parse(textOf(file)));
    for (const key of used) if (!keys.includes(key)) problems.push(`${file}: no text for ${key}`);
    for (const key of keys) if (!used.has(key)) problems.push(`${file}: ${key} is used nowhere`);
  }
  return problems;
}

function filesNamed(value) {
  if (typeof value === 'string') return /^\.?\/?media\/[\w./-]+\.\w+$/.test(value) ? [value] : [];
  return value && typeof value === 'object' ? Object.values(value).flatMap(filesNamed) : [];
}
