import { IsString } from 'class-validator';

/** The section `extensions.template`: whatever breaks a rule here keeps the server from starting, with the key and what is allowed. */
export class PluginConfig {
  /** Repositories of these names, and below them, take no pushes. */
  @IsString({ each: true })
  readonly forbidden: readonly string[] = ['forbidden'];
}
