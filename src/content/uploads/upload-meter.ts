import { Injectable } from '@nestjs/common';
import { type CounterSeries, type GaugeSeries, Meter } from '@berth/sdk';

/** The numbers of pushes in progress. */
@Injectable()
export class UploadMeter {
  /** Uploads this process knows that are neither a blob yet nor given up. */
  readonly inProgress: GaugeSeries;
  /** Bytes that were kept. */
  readonly received: CounterSeries;

  constructor(meter: Meter) {
    this.inProgress = meter
      .gauge({ name: 'berth_uploads_in_progress', help: 'Uploads that are neither a blob yet nor given up.' })
      .with({});
    this.received = meter
      .counter({ name: 'berth_upload_received_bytes_total', help: 'Bytes of blobs that clients have sent.' })
      .with({});
  }
}
