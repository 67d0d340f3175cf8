import { type LoginForms, LoginMethods } from '../ports/login-methods.js';

/** Nobody logs in, unless it is told otherwise. */
export class FakeLoginMethods extends LoginMethods {
  constructor(private readonly forms: Partial<LoginForms> = {}) {
    super();
  }

  current(): LoginForms {
    return { password: false, bearer: undefined, apiKeys: false, ...this.forms };
  }
}
