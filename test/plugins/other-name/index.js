import { definePlugin } from '@berth/sdk';

export default definePlugin({ name: 'another-name' });
