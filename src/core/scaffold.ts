/** Makes a new application from a template: literal placeholders in names and contents, nothing executed. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownRepository } from './app/repository.ts';
import { Fault } from './faults.ts';

export interface Template {
  id: string;
  title: { en: string; 'zh-cn': string };
  description: { en: string; 'zh-cn': string };
  /** Path of the file to open first, relative to the new directory. */
  open: string;
}

export type NameReason = 'empty' | 'tooLong' | 'firstLetter' | 'lastCharacter' | 'characters';

export interface ScaffoldOptions {
  template: string;
  /** Made; must be absent or empty. */
  dir: string;
  name: string;
  /** Where media/templates lies; default beside the running bundle or checkout. */
  templatesDir?: string | undefined;
}

const catalogue: readonly Template[] = [
  {
    id: 'node-web',
    title: { en: 'Web service (TypeScript)', 'zh-cn': 'Web 服务（TypeScript）' },
    description: {
      en: 'Node.js, no dependencies: TypeScript run as it is',
      'zh-cn': 'Node.js，无依赖：直接运行 TypeScript',
    },
    open: 'src/server.ts',
  },
  {
    id: 'python-web',
    title: { en: 'Web service (Python)', 'zh-cn': 'Web 服务（Python）' },
    description: { en: 'Python standard library only', 'zh-cn': '仅使用 Python 标准库' },
    open: 'server.py',
  },
  {
    id: 'go-web',
    title: { en: 'Web service (Go)', 'zh-cn': 'Web 服务（Go）' },
    description: { en: 'Go standard library only', 'zh-cn': '仅使用 Go 标准库' },
    open: 'main.go',
  },
  {
    id: 'java-web',
    title: { en: 'Web service (Java)', 'zh-cn': 'Web 服务（Java）' },
    description: { en: 'One file on the JDK alone, no build tool', 'zh-cn': '仅使用 JDK，单个文件，无需构建工具' },
    open: 'Server.java',
  },
  {
    id: 'cron-job',
    title: { en: 'Scheduled job (TypeScript)', 'zh-cn': '定时任务（TypeScript）' },
    description: {
      en: 'Node.js: receives a CloudEvent on a schedule from a PingSource',
      'zh-cn': 'Node.js：按计划接收 PingSource 发来的 CloudEvent',
    },
    open: 'src/job.ts',
  },
];

/** Stored under another name, because a published package would leave it out or act on it. */
const storedNames: Readonly<Record<string, string>> = {
  _gitignore: '.gitignore',
  _dockerignore: '.dockerignore',
  _vscode: '.vscode',
};
const placeholder = '__APP_NAME__';
const imagePlaceholder = '__APP_IMAGE__';

export function templates(): readonly Template[] {
  return catalogue;
}

/** Why it cannot be a service's name (RFC 1035 label), or undefined. For validation as one types. */
export function validateName(name: string): { reason: NameReason } | undefined {
  const reason = nameProblem(name);
  return reason && { reason };
}

function nameProblem(name: string): NameReason | undefined {
  if (name === '') return 'empty';
  if (name.length > 63) return 'tooLong';
  if (!/^[a-z]/.test(name)) return 'firstLetter';
  if (!/^[a-z0-9-]+$/.test(name)) return 'characters';
  return name.endsWith('-') ? 'lastCharacter' : undefined;
}

const reasonWords: Readonly<Record<NameReason, string>> = {
  empty: 'it is empty',
  tooLong: 'it has more than 63 characters',
  firstLetter: 'it does not start with a lower-case letter',
  lastCharacter: 'it ends with "-"',
  characters: 'it has other characters than lower-case letters, digits and "-"',
};

/** @throws Fault TemplateUnknown, NameInvalid, DirectoryTaken, DataNotWritable */
export async function scaffold(options: ScaffoldOptions): Promise<{ dir: string; files: string[]; open: string }> {
  const template = catalogue.find(({ id }) => id === options.template);
  if (!template) {
    throw new Fault('TemplateUnknown', {
      template: options.template,
      known: catalogue.map(({ id }) => id).join(', '),
    });
  }
  const reason = nameProblem(options.name);
  if (reason) throw new Fault('NameInvalid', { name: options.name, reason: reasonWords[reason] });
  const dir = resolve(options.dir);
  const existed = await requireEmpty(dir);
  const from = join(options.templatesDir ?? defaultTemplatesDir(), template.id);
  const files: string[] = [];
  try {
    await copyTree(from, dir, '', options.name, files);
  } catch (error) {
    // Half an application is worse than none.
    await Promise.all(files.map((file) => rm(join(dir, file), { force: true })));
    if (!existed) await rm(dir, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
      throw new Fault('DirectoryNotWritable', { dir }, { cause: error });
    throw error;
  }
  return { dir, files: files.sort(), open: template.open };
}

async function copyTree(from: string, to: string, prefix: string, name: string, files: string[]): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = (storedNames[entry.name] ?? entry.name).replaceAll(placeholder, name);
    const path = prefix === '' ? target : `${prefix}/${target}`;
    if (entry.isDirectory()) {
      await copyTree(source, join(to, target), path, name, files);
      continue;
    }
    const text = await readFile(source, 'utf8');
    files.push(path);
    const filled = text.replaceAll(placeholder, name).replaceAll(imagePlaceholder, ownRepository(name));
    await writeFile(join(to, target), filled, { flag: 'wx' });
    const { mode } = await stat(source);
    if (mode & 0o100) await chmod(join(to, target), 0o755);
  }
}

async function requireEmpty(dir: string): Promise<boolean> {
  try {
    if ((await readdir(dir)).length > 0) throw new Fault('DirectoryTaken', { dir });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'ENOTDIR') throw new Fault('DirectoryTaken', { dir }, { cause: error });
    throw error;
  }
}

/** `media/templates` of the package: beside dist/ of a bundle (whose chunks lie one folder deeper), or of a checkout. */
export function defaultTemplatesDir(): string {
  const here = import.meta.url ? dirname(fileURLToPath(import.meta.url)) : process.cwd();
  const shipped = join(here, '..', 'media', 'templates');
  return existsSync(shipped) ? shipped : join(here, '..', '..', 'media', 'templates');
}
