import type { PluginMigrations } from '@berth/sdk';

export const preferenceMigrations: PluginMigrations = {
  '0002-preferences': {
    up: async ({ schema }) => {
      await schema
        .createTable('preferences')
        .addColumn('user_name', 'varchar(255)', (c) => c.notNull())
        .addColumn('kind', 'varchar(10)', (c) => c.notNull())
        .addColumn('repository', 'varchar(255)', (c) => c.notNull())
        .addPrimaryKeyConstraint('preferences_key', ['user_name', 'kind', 'repository'])
        .execute();
      await schema.createIndex('preferences_by_repository').on('preferences').columns(['repository', 'kind']).execute();
    },
  },
};
