import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Param, Res, type Type } from '@nestjs/common';
import { type PluginReply, Public, RegistryError, type StaticFiles } from '@berth/sdk';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** What Node says of a name that leads to no file. */
const ABSENT = new Set<unknown>(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);

/** A controller that hands out the files of a folder. `root`: the folder of the plugin's package. */
export function staticFilesController({ path, folder }: StaticFiles, root: string): Type<object> {
  const base = folder instanceof URL ? fileURLToPath(folder) : resolve(root, folder);

  @Controller(path)
  @Public()
  class StaticFilesController {
    @Get('*')
    async get(@Param('*') file: string, @Res() reply: PluginReply): Promise<void> {
      const found = await fileBelow(base, file);
      reply
        .code(200)
        .header('content-type', TYPES[extname(found.path)] ?? 'application/octet-stream')
        .header('content-length', found.size)
        .header('x-content-type-options', 'nosniff')
        .send(createReadStream(found.path));
    }
  }
  return StaticFilesController;
}

/** The file that `name` leads to, where it is one and lies in `base` after all links are followed. NAME_UNKNOWN. */
async function fileBelow(base: string, name: string): Promise<{ readonly path: string; readonly size: number }> {
  try {
    const [path, real] = [await realpath(resolve(base, name)), await realpath(base)];
    const found = await stat(path);
    if (path.startsWith(real + sep) && found.isFile()) return { path, size: found.size };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && ABSENT.has(cause.code))) throw cause;
    throw new RegistryError('NAME_UNKNOWN', { message: 'there is no such file', cause });
  }
  throw new RegistryError('NAME_UNKNOWN', { message: 'there is no such file' });
}
