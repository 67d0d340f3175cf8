import 'reflect-metadata';

/** `http.auth`: who users are. Each way of showing who one is has a section of its own. */
export class AuthConfig {}
