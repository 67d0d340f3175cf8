import { definePlugin } from '@berth/sdk';
import { IsInt, Max } from 'class-validator';

class StrictConfig {
  limit = 1;
}
IsInt()(StrictConfig.prototype, 'limit');
Max(10)(StrictConfig.prototype, 'limit');

export default definePlugin({ name: 'strict-config', config: StrictConfig });
