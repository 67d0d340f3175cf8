import { definePlugin } from '@berth/sdk';

const assets = { path: 'assets', folder: './public' };

export default definePlugin({ name: 'files-twice', staticFiles: [assets, assets] });
