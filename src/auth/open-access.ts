import { AccessControl } from '@berth/sdk';

/** The policy of a server with no authentication and no access rule: everyone may do everything. */
export class OpenAccess extends AccessControl {
  may(): boolean {
    return true;
  }

  holds(): boolean {
    return true;
  }
}
