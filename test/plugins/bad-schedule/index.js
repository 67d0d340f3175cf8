import { definePlugin } from '@berth/sdk';

class NightlyJob {
  name = 'nightly';
  schedule = { cron: 'every night' };

  async run() {}
}

export default definePlugin({ name: 'bad-schedule', jobs: [NightlyJob] });
