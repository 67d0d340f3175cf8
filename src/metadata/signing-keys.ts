import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

export interface SigningKeyRow {
  /** What is signed with it; there is one key for each. */
  readonly purpose: string;
  /** PEM. A secret: whoever has it may call himself anybody. */
  readonly privateKey: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The private keys of the registry, the same for each of its processes. */
@Injectable()
export class SigningKeys {
  constructor(private readonly database: Database) {}

  /** The key for `purpose`, PEM; `undefined` where none was kept yet. */
  async find(purpose: string): Promise<string | undefined> {
    const query = this.database.reader.selectFrom('signing_keys').select('private_key').where('purpose', '=', purpose);
    return (await query.executeTakeFirst())?.private_key;
  }

  /** Keeps a key, unless somebody else was first; gives the one that is kept, PEM. */
  keep({ purpose, privateKey, createdAt }: SigningKeyRow): Promise<string> {
    return this.database.transaction(async (facts) => {
      await facts
        .insertInto('signing_keys')
        .values({ purpose, private_key: privateKey, created_at: createdAt })
        .onConflict((conflict) => conflict.column('purpose').doNothing())
        .execute();
      const query = facts.selectFrom('signing_keys').select('private_key').where('purpose', '=', purpose);
      return (await query.executeTakeFirstOrThrow()).private_key;
    });
  }
}
