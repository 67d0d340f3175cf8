type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The upstreams of the article. */
export const ARTICLE = { gcr: 'https://gcr.lank8s.cn', k8s: 'https://registry.lank8s.cn' } as const;

/** As the article has it; what it names without more is as it was named. */
const EXTENSIONS = `{
  "metrics": {},
  "search": {},
  "lint": {},
  "scrub": {
    "enable": true,
    "interval": "3h"
  },
  "sync": {
    "enable": true,
    "registries": [
      {
        "urls": [
          "${ARTICLE.gcr}"
        ],
        "onDemand": true,
        "tlsVerify": true,
        "maxRetries": 2,
        "retryDelay": "5m",
        "content": [
          {
            "prefix": "/google-containers/*"
          }]
      },
      {
        "urls": [
          "${ARTICLE.k8s}"
        ],
        "onDemand": true,
        "tlsVerify": true,
        "maxRetries": 2,
        "retryDelay": "5m"
      }
    ]
  }
}`;

/** The section `extensions` of the article, with other addresses of its upstreams. */
export function articleExtensions(urls: Readonly<Record<(typeof ARTICLE)[keyof typeof ARTICLE], string>>): Sections {
  const text = Object.entries(urls).reduce((done, [from, to]) => done.replaceAll(from, to), EXTENSIONS);
  return JSON.parse(text) as Sections;
}
