import { Module } from '@nestjs/common';
import { BlobsController } from './blobs.controller.js';
import { CatalogController } from './catalog.controller.js';
import { ExtensionsController } from './extensions.controller.js';
import { ManifestsController } from './manifests.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OpenApiDocument } from './openapi/openapi-document.js';
import { ReferrersController } from './referrers.controller.js';
import { TagsController } from './tags.controller.js';
import { UploadStarter } from './upload-starter.js';
import { UploadsController } from './uploads.controller.js';
import { VersionController } from './version.controller.js';

@Module({
  controllers: [
    VersionController,
    CatalogController,
    ExtensionsController,
    UploadsController,
    BlobsController,
    ManifestsController,
    TagsController,
    ReferrersController,
    OpenApiController,
  ],
  providers: [UploadStarter, OpenApiDocument],
})
export class DistributionModule {}
