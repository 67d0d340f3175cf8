import { request } from 'node:http';
import { definePlugin } from '@berth/sdk';
import { Inject } from '@nestjs/common';
import { IsString } from 'class-validator';

class TinyMirrorConfig {
  url = '';
}
IsString()(TinyMirrorConfig.prototype, 'url');

/** Blobs of one upstream that needs no credentials. */
class Upstream {
  constructor({ url }) {
    this.url = url;
  }

  handle({ repository, digest, offset }) {
    const { url } = this;
    const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
    return new Promise((resolve) => {
      const sent = request(`${url}/v2/${repository}/blobs/${digest}`, { headers }, (response) => {
        const { statusCode } = response;
        if (statusCode !== 200 && statusCode !== 206) {
          response.resume();
          resolve(statusCode === 404 ? { outcome: 'absent' } : { outcome: 'unavailable', upstream: url });
          return;
        }
        const start = statusCode === 206 ? offset : 0;
        const size = start + Number(response.headers['content-length']);
        resolve({ outcome: 'found', found: { stream: response, size, upstream: url, offset: start } });
      });
      sent.once('error', () => resolve({ outcome: 'unavailable', upstream: url }));
      sent.end();
    });
  }
}
Inject(TinyMirrorConfig)(Upstream, undefined, 0);

export default definePlugin({ name: 'tiny-mirror', config: TinyMirrorConfig, hooks: { 'blob.readMiss': Upstream } });
