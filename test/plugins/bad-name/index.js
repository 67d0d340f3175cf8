import { definePlugin } from '@berth/sdk';

export default definePlugin({ name: 'Bad Name' });
