// The contract between docker-compose.yml and the images, row by row: what Jitsi's images do, and the stand-ins must do
// as well, for the tests to say anything (the table in test/stack/images/README.md has the same rows).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { until } from '../stack/until.ts';
import type { Deployment } from './deployment.ts';

export interface Row {
  name: string;
  check(deployment: Deployment): Promise<void> | void;
}

const PATIENT = { withinMs: 60_000, everyMs: 300 };
const SERVICES = ['web', 'prosody', 'jicofo', 'jvb'];

/** GET of the page's server past its self-signed certificate: status, headers and body. */
export function get(
  deployment: Deployment,
  path: string,
  port = deployment.ports.https,
): { head: string; body: string } {
  const scheme = port === deployment.ports.http ? 'http' : 'https';
  const { stdout } = deployment.run('curl', [
    '-sSik',
    '--http1.1',
    '--noproxy',
    '*',
    '--max-time',
    '10',
    `${scheme}://localhost:${port}${path}`,
  ]);
  const [head = '', ...rest] = stdout.split('\r\n\r\n');
  return { head: head.toLowerCase(), body: rest.join('\r\n\r\n') };
}

function inspect(deployment: Deployment, service: string, format: string): string {
  const id = deployment.compose('ps', '--quiet', service).stdout.trim();
  return deployment.run('docker', ['inspect', '--format', format, id]).stdout.trim();
}

/** A throw-away container of a service with other variables or mounts; what it says, and how it ends. */
function once(deployment: Deployment, service: string, ...options: string[]) {
  return deployment.compose('run', '--rm', '--no-deps', '-T', ...options, service);
}

const count = (text: string, part: string) => text.split(part).length - 1;

export const ROWS: Row[] = [
  {
    name: 'read-only root, /run and /tmp in memory, user 1000',
    check(deployment) {
      for (const service of SERVICES) {
        assert.equal(inspect(deployment, service, '{{.HostConfig.ReadonlyRootfs}}'), 'true', service);
        assert.match(deployment.inside(service, 'id -u').stdout, /^1000\s*$/);
        assert.notEqual(deployment.inside(service, 'touch /x').status, 0, `${service} can write to its root`);
        assert.equal(
          deployment.inside(service, 'touch /run/x /tmp/x').status,
          0,
          `${service} cannot write to /run`,
        );
      }
    },
  },
  {
    name: '/run belongs to root at first, and a set-user-id helper hands it over',
    check(deployment) {
      const refused = deployment.run('docker', [
        ...[
          'run',
          '--rm',
          '--read-only',
          '--tmpfs',
          '/run:size=16M,mode=1750,exec',
          '--security-opt',
          'no-new-privileges:true',
        ],
        ...[
          '-e',
          'JVB_AUTH_PASSWORD=x',
          `${deployment.env.JITSI_IMAGE_REPO}/jvb:${deployment.env.JITSI_IMAGE_VERSION}`,
        ],
      ]);
      assert.notEqual(refused.status, 0, 'with no-new-privileges it must not start');
    },
  },
  {
    name: '/config is copied to /run when the container starts, and read then alone',
    async check(deployment) {
      const file = deployment.path('config/web/nginx-custom/contract.conf');
      writeFileSync(file, 'location = /contract { return 200 "from the file"; }\n');
      assert.doesNotMatch(get(deployment, '/contract').body, /from the file/);
      deployment.compose('restart', '--timeout', '3', 'web');
      await until(
        'nginx is back',
        async () => get(deployment, '/contract').body.includes('from the file'),
        PATIENT,
      );
      assert.notEqual(deployment.inside('web', 'touch /config/x').status, 0, '/config can be written to');
    },
  },
  {
    name: 'the web image listens on 8000 and 8443; its self-signed certificate stays in /storage',
    async check(deployment) {
      const { http, https } = deployment.ports;
      assert.match(get(deployment, '/', http).head, /^http\/1.1 200/);
      assert.match(get(deployment, '/', https).head, /^http\/1.1 200/);
      const digest = () => deployment.inside('web', 'sha256sum /storage/keys/cert.crt').stdout;
      const before = digest();
      deployment.compose('up', '--detach', '--no-deps', '--force-recreate', '--wait', 'web');
      assert.equal(digest(), before);
    },
  },
  {
    name: 'what cannot be written to ends the container with a line that says so',
    check(deployment) {
      for (const [service, path] of [
        ['web', '/storage'],
        ['prosody', '/var/lib/prosody'],
      ] as const) {
        const done = once(deployment, service, '--volume', `${deployment.path('docs')}:${path}`);
        assert.notEqual(done.status, 0, service);
        assert.match(done.stdout + done.stderr, /not writable by the container user/);
      }
    },
  },
  {
    name: 'a missing password ends the container with a line that says so',
    check(deployment) {
      for (const [service, variable] of [
        ['prosody', 'JICOFO_AUTH_PASSWORD'],
        ['prosody', 'JVB_AUTH_PASSWORD'],
        ['jicofo', 'JICOFO_AUTH_PASSWORD'],
        ['jvb', 'JVB_AUTH_PASSWORD'],
      ] as const) {
        const done = once(deployment, service, '--env', `${variable}=`);
        assert.notEqual(done.status, 0, service);
        assert.match(done.stdout + done.stderr, /auth password must be set/);
      }
    },
  },
  {
    name: 'any path of one or two segments is the page, with what plugin.head.html holds, once, after the library',
    check(deployment) {
      for (const path of ['/', '/room', '/tenant/room']) {
        const { body } = get(deployment, path);
        assert.equal(count(body, '<script src="/sealmeet/plugin.js"></script>'), 1, path);
        assert.ok(body.indexOf('lib-jitsi-meet.min.js') < body.indexOf('/sealmeet/plugin.js'), path);
        assert.ok(body.indexOf('/sealmeet/plugin.js') < body.indexOf('</head>'), path);
      }
    },
  },
  {
    name: 'only known folders are served; any other path is the page',
    check(deployment) {
      assert.match(get(deployment, '/nosuch/app.js').head, /content-type: text\/html/);
      assert.match(
        get(deployment, '/libs/lib-jitsi-meet.min.js').head,
        /content-type: application\/javascript/,
      );
    },
  },
  {
    name: 'scripts are searched for includes, and lose their ETag by it; ours are not',
    check(deployment) {
      assert.doesNotMatch(get(deployment, '/libs/lib-jitsi-meet.min.js').head, /\netag:/);
      for (const [name, type] of [
        ['plugin.js', 'application/javascript'],
        ['worker.js', 'application/javascript'],
        ['olm.wasm', 'application/wasm'],
      ] as const) {
        const { head } = get(deployment, `/sealmeet/${name}`);
        assert.match(head, /\netag:/, name);
        assert.ok(head.includes(`content-type: ${type}`), head);
        const served = deployment
          .run('sh', ['-c', `curl -sSk --noproxy '*' ${deployment.url}/sealmeet/${name} | sha256sum`])
          .stdout.split(' ')[0];
        assert.equal(
          served,
          createHash('sha256')
            .update(readFileSync(deployment.path(`dist/${name}`)))
            .digest('hex'),
        );
      }
    },
  },
  {
    name: 'CSP_HEADER comes with the page, not with /libs; our files have a stricter one',
    check(deployment) {
      assert.match(
        get(deployment, '/room').head,
        /content-security-policy: default-src 'self'; script-src 'self'/,
      );
      assert.doesNotMatch(get(deployment, '/libs/app.bundle.min.js').head, /content-security-policy/);
      assert.match(
        get(deployment, '/sealmeet/worker.js').head,
        /content-security-policy: default-src 'none'/,
      );
    },
  },
  {
    name: 'config.js is made of the variables, then custom-config.js',
    check(deployment) {
      const { body } = get(deployment, '/config.js');
      assert.match(body, /config\.p2p = \{ enabled: false \}/);
      assert.ok(
        body.indexOf('config.p2p =') < body.indexOf('disableThirdPartyRequests'),
        'custom-config.js comes last',
      );
    },
  },
  {
    name: '/http-bind and /xmpp-websocket lead to Prosody, whose name is asked for at each request',
    async check(deployment) {
      const body = `<body rid='1' xmlns='http://jabber.org/protocol/httpbind' to='meet.jitsi' wait='5' hold='1' ver='1.6' xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>`;
      const bosh = () =>
        deployment.run('curl', [
          '-sSk',
          '--noproxy',
          '*',
          '--max-time',
          '5',
          '-d',
          body,
          `${deployment.url}/http-bind`,
        ]).stdout;
      await until('BOSH answers', async () => bosh().includes('ANONYMOUS'), PATIENT);
      deployment.compose('stop', '--timeout', '3', 'prosody');
      assert.equal(deployment.compose('restart', '--timeout', '3', 'web').status, 0);
      await until(
        'the page is there without Prosody',
        async () => get(deployment, '/').head.startsWith('http/1.1 200'),
        PATIENT,
      );
      deployment.compose('start', 'prosody');
      await until(
        'BOSH answers again, and nginx was not restarted',
        async () => bosh().includes('ANONYMOUS'),
        PATIENT,
      );
    },
  },
  {
    name: 'xmpp.meet.jitsi is Prosody inside, and nothing of it is published',
    check(deployment) {
      assert.equal(deployment.inside('web', 'getent hosts xmpp.meet.jitsi').status, 0);
      assert.equal(
        inspect(
          deployment,
          'prosody',
          '{{range $port, $at := .NetworkSettings.Ports}}{{range $at}}{{.HostPort}}{{end}}{{end}}',
        ),
        '',
      );
    },
  },
  {
    name: 'modules and options by variables and conf.d: the module on the rooms and on breakout rooms, nowhere else',
    async check(deployment) {
      const shell = (command: string) =>
        deployment.inside(
          'prosody',
          `prosodyctl --config /run/prosody/config/prosody.cfg.lua shell ${command}`,
        ).stdout;
      for (const host of ['muc.meet.jitsi', 'breakout.meet.jitsi'])
        assert.match(shell(`module list ${host}`), /muc_e2ee/, host);
      assert.doesNotMatch(shell('module list internal-muc.meet.jitsi'), /muc_e2ee/);
      assert.match(
        shell(`'> require"prosody.core.configmanager".get("muc.meet.jitsi", "muc_e2ee_default_policy")'`),
        /optional/,
      );
    },
  },
  {
    name: 'the limit of a client is PROSODY_C2S_LIMIT; empty: 10 kB a second',
    check(deployment) {
      assert.match(
        deployment.inside('prosody', 'cat /run/prosody/config/prosody.cfg.lua').stdout,
        /rate = "512kb\/s"/,
      );
    },
  },
  {
    name: 'accounts are made after the server is healthy, and stay as they are made',
    async check(deployment) {
      const accounts = () =>
        deployment.inside('prosody', 'ls /var/lib/prosody/data/auth%2emeet%2ejitsi/accounts').stdout;
      assert.match(accounts(), /focus\.dat\s+jvb\.dat/);
    },
  },
  {
    name: '/health of Prosody answers its own machine alone',
    check(deployment) {
      assert.equal(deployment.inside('prosody', '/usr/local/bin/healthcheck.sh').status, 0);
      const { stdout } = deployment.inside(
        'web',
        `curl -s -o /dev/null -w '%{http_code}' http://xmpp.meet.jitsi:5280/health`,
      );
      assert.equal(stdout, '403');
    },
  },
  {
    name: 'jicofo answers for its health when told to, inside its container, once a bridge is there',
    async check(deployment) {
      await until(
        'jicofo is healthy',
        async () => deployment.inside('jicofo', '/usr/local/bin/healthcheck.sh').status === 0,
        PATIENT,
      );
      assert.notEqual(
        deployment.inside('web', 'curl -s --max-time 3 http://jicofo:8888/about/health').status,
        0,
      );
    },
  },
  {
    name: 'the bridge has one UDP port, the same inside and outside, and says which addresses lead there',
    async check(deployment) {
      assert.match(
        deployment.compose('logs', 'jvb').stdout,
        new RegExp(`advertising 127\\.0\\.0\\.1:${deployment.ports.jvb}`),
      );
      // Whoever it does not know gets no answer, but the port is not closed either.
      const socket = createSocket('udp4');
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.connect(deployment.ports.jvb, '127.0.0.1', () => {
          socket.send('?');
          setTimeout(resolve, 500);
        });
      });
      socket.close();
    },
  },
];
