import { IsNotEmpty, IsString } from 'class-validator';

const FOLDER = { message: 'the path of a folder' };

/** `storage.stores.<name>`: a store beside the default one. */
export class StoreConfig {
  /** A relative path counts from the working directory of the process. */
  @IsString(FOLDER)
  @IsNotEmpty(FOLDER)
  rootDirectory = '';
}
