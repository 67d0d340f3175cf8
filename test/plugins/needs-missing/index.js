import 'a-package-that-nobody-installs';
import { definePlugin } from '@berth/sdk';

export default definePlugin({ name: 'needs-missing' });
