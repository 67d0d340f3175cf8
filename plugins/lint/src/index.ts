import { definePlugin } from '@berth/sdk';

export default definePlugin({ name: 'lint', description: 'Policy on push: what a manifest must have to be taken' });
