import type { RepositoryName } from '@berth/sdk';
import { FakePluginDatabase, FakePluginFiles } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PreferenceFiles } from './preference-files.js';
import { preferenceMigrations } from './preference-migrations.js';
import { PreferenceReader } from './preference-reader.js';
import { Preferences } from './preferences.js';

const one = 'a/one' as RepositoryName;
const two = 'a/two' as RepositoryName;

describe('what users have marked', () => {
  let database: FakePluginDatabase;
  let files: FakePluginFiles;
  let preferences: Preferences;

  const open = async (): Promise<void> => {
    database = await FakePluginDatabase.open(preferenceMigrations);
    preferences = new Preferences(database, new PreferenceFiles(files));
  };

  beforeEach(async () => {
    files = new FakePluginFiles();
    await open();
  });
  afterEach(() => database.close());

  it('is there again after the table was begun anew', async () => {
    await preferences.toggle('jane', 'star', one);
    await preferences.toggle('jane', 'bookmark', two);
    await preferences.toggle('john', 'star', one);
    await preferences.toggle('john', 'star', one);
    await database.close();
    await open();
    await preferences.restored();
    const reader = new PreferenceReader(database);
    expect(await reader.markedBy('jane', 'star')).toEqual([one]);
    expect(await reader.markedBy('jane', 'bookmark')).toEqual([two]);
    expect(await reader.markedBy('john', 'star')).toEqual([]);
  });

  it('is the last word of many at once', async () => {
    await Promise.all(Array.from({ length: 7 }, () => preferences.toggle('jane', 'star', one)));
    await database.close();
    await open();
    await preferences.restored();
    expect(await new PreferenceReader(database).markedBy('jane', 'star')).toEqual([one]);
  });

  it('ends with its repository, in the files too', async () => {
    await preferences.toggle('jane', 'star', one);
    await preferences.toggle('jane', 'star', two);
    await preferences.forget(one);
    expect(await new PreferenceReader(database).markedBy('jane', 'star')).toEqual([two]);
    await database.close();
    await open();
    await preferences.restored();
    expect(await new PreferenceReader(database).markedBy('jane', 'star')).toEqual([two]);
  });

  it('is counted for all, and told of whoever asks', async () => {
    await preferences.toggle('jane', 'star', one);
    await preferences.toggle('john', 'star', one);
    await preferences.toggle('john', 'bookmark', one);
    const marks = await new PreferenceReader(database).marksOf([one, two], 'jane');
    expect(marks.get(one)).toEqual({ stars: 2, isStarred: true, isBookmarked: false });
    expect(marks.get(two)).toBeUndefined();
    const nobody = await new PreferenceReader(database).marksOf([one], undefined);
    expect(nobody.get(one)).toEqual({ stars: 2, isStarred: false, isBookmarked: false });
  });
});
