import { Injectable } from '@nestjs/common';
import { AuthState } from '../../auth-state.js';
import type { TokenIssuer } from './token-issuer.js';
import { TokenServer } from './token-server.js';

/** The token server that the configuration asks for now. */
@Injectable()
export class CurrentTokenServer extends TokenServer {
  constructor(private readonly state: AuthState) {
    super();
  }

  get issuer(): TokenIssuer | undefined {
    return this.state.current?.issuer;
  }
}
