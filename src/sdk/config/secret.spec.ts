import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from './deep-freeze.js';
import { IsSecret, Secret } from './secret.js';
import { validateSection } from './validate-section.js';

class WithSecret {
  @IsSecret()
  declare readonly token: Secret;
}

function read(token: unknown): ReturnType<typeof validateSection<WithSecret>> {
  return validateSection(WithSecret, { token }, { refuseUnknown: true });
}

describe('a secret of a configuration', () => {
  it('is read from the file it names, without the last line feed, each time anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-secret-'));
    const file = join(folder, 'token');
    try {
      await writeFile(file, 'first\n');
      const { token } = deepFreeze(read({ file }).config);
      expect(await token.read()).toBe('first');
      await writeFile(file, 'second');
      expect(await token.read()).toBe('second');
      await writeFile(file, '\n');
      await expect(token.read()).rejects.toThrow('is empty');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is read from the variable it names', async () => {
    await expect(new Secret({ env: 'BERTH_NO_SUCH_VARIABLE' }).read()).rejects.toThrow('BERTH_NO_SUCH_VARIABLE');
    expect(await new Secret({ env: 'PATH' }).read()).toBe(process.env['PATH']);
  });

  it('shows itself to nobody', () => {
    const secret = new Secret({ env: 'PATH' });
    expect([String(secret), JSON.stringify({ secret }), inspect(secret)]).toEqual([
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
  });

  it.each([['hunter2'], [{}], [{ file: '' }], [{ env: 1 }], [{ file: 'a', env: 'b' }], [undefined]])(
    'is not %j',
    (written) => {
      expect(read(written).violations).toMatchObject([{ key: 'token' }]);
    },
  );
});
