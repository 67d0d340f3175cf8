/** The programs that a test may ask for, and the Debian package each comes in. `debian-packages.txt` installs them. */
export const PROGRAM_PACKAGES = {
  skopeo: 'skopeo',
  slapd: 'slapd',
  podman: 'podman',
  buildah: 'buildah',
  umoci: 'umoci',
  htpasswd: 'apache2-utils',
  'docker-registry': 'docker-registry',
  crun: 'crun',
  'fuse-overlayfs': 'fuse-overlayfs',
  newuidmap: 'uidmap',
  unshare: 'util-linux',
  containerd: 'containerd',
  docker: 'docker.io',
  dockerd: 'docker.io',
  ctr: 'containerd',
  curl: 'curl',
  openssl: 'openssl',
  nginx: 'nginx',
  'dpkg-query': 'dpkg',
  tar: 'tar',
} as const satisfies Record<string, string>;

export type ProgramName = keyof typeof PROGRAM_PACKAGES;
