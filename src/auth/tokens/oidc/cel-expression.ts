/** What may stand where an expression is missing. */
export const CEL = { message: 'an expression of CEL over `claims` and `vars`, such as "claims.sub"' };
