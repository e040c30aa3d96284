// What an admin may add to the deployment, and how to look at it from outside: a proxy in front, the profiles, verify.
import assert from 'node:assert/strict';
import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import { until } from '../stack/until.ts';
import type { Row } from './contract.ts';
import { IMAGES } from './engine.ts';

const PATIENT = { withinMs: 90_000, everyMs: 500 };

export const OPTIONS: Row[] = [
  {
    name: 'make doctor: all is good, and each thing that is not is named with its remedy',
    check(deployment) {
      const well = deployment.script('doctor');
      assert.equal(well.status, 0, well.stdout);
      for (const good of [
        'Docker ',
        'Docker Compose',
        'the settings',
        'of memory',
        'UDP 127.0.0.1',
        'prosody is running',
      ])
        assert.match(well.stdout, new RegExp(`^good +.*${good}`, 'm'));
      assert.match(well.stdout, /^note +the certificate is self-signed/m);
      for (const [env, wrong] of [
        [
          { SEALMEET_DEFAULT_POLICY: 'always' },
          /WRONG .*SEALMEET_DEFAULT_POLICY must be off, optional or required/,
        ],
        [
          { JVB_ADVERTISE_IPS: '127.0.0.9', JVB_PORT: '9' },
          /WRONG {2}UDP 127\.0\.0\.9:9 is closed\n +-> open UDP/,
        ],
        [
          { PUBLIC_URL: 'https://no-such-name.invalid' },
          /WRONG {2}the name no-such-name\.invalid leads nowhere\n +-> make a DNS record/,
        ],
        [{ HTTPS_PORT: '9' }, /WRONG {2}nothing listens on port 9\/tcp/],
        [{ DOCKER_HOST: 'unix:///nowhere' }, /WRONG {2}the Docker service does not answer\n +-> start it/],
      ] as [NodeJS.ProcessEnv, RegExp][]) {
        const ill = deployment.script('doctor', env);
        assert.equal(ill.status, 1, JSON.stringify(env));
        assert.match(ill.stdout, wrong);
      }
    },
  },
  {
    name: 'make backup and make upgrade: accounts and certificates are kept, and the digests are told',
    check(deployment) {
      const done = deployment.script('upgrade');
      assert.equal(done.status, 0, done.stdout + done.stderr);
      assert.equal(done.stdout.match(/^ {2}[0-9a-f]{64} {2}worker\.js$/gm)?.length, 2, done.stdout);
      const archive = /^wrote (backups\/\S+)/m.exec(done.stdout)?.[1] ?? '';
      assert.equal(statSync(deployment.path(archive)).mode & 0o777, 0o600);
      const inside = deployment.run('tar', ['-tzf', archive]).stdout;
      for (const name of [
        './env',
        './config/check.sh',
        './web/keys/cert.key',
        './prosody/data/auth%2emeet%2ejitsi/accounts/focus.dat',
      ])
        assert.ok(inside.includes(name), `${name} is not in the backup`);
      assert.equal(deployment.script('outside').status, 0);
    },
  },
  {
    name: 'behind a proxy: nginx as docs/admin.md has it leads to page, plugin and web socket',
    async check(deployment) {
      const port = deployment.ports.metrics;
      const plain = { DISABLE_HTTPS: '1', PUBLIC_URL: `https://localhost:${port}` };
      assert.equal(deployment.run('docker', ['compose', 'up', '--detach', '--wait', 'web'], plain).status, 0);
      const documented =
        /<!-- proxy -->\n```nginx\n([\s\S]*?)```/.exec(deployment.read('docs/admin.md'))?.[1] ?? '';
      const server = documented
        .replace('listen 443', `listen 127.0.0.1:${port}`)
        .replaceAll('/etc/ssl/meet.example.org', '/tmp/proxy')
        .replace('127.0.0.1:8000', `127.0.0.1:${deployment.ports.http}`);
      assert.notEqual(server, documented);
      const file = deployment.path('.cache/proxy.conf');
      writeFileSync(
        file,
        `daemon off; pid /tmp/pid; error_log stderr; events {} http { access_log off; client_body_temp_path /tmp; proxy_temp_path /tmp; fastcgi_temp_path /tmp; uwsgi_temp_path /tmp; scgi_temp_path /tmp;\n${server}}\n`,
      );
      const started = deployment.run('docker', [
        ...[
          'run',
          '--detach',
          '--rm',
          '--network',
          'host',
          '--volume',
          `${file}:/proxy.conf:ro`,
          '--entrypoint',
          '/bin/sh',
        ],
        ...[
          `${IMAGES.repo}/web:${IMAGES.version}`,
          '-c',
          'openssl req -new -x509 -nodes -subj /CN=localhost -newkey rsa:2048 -keyout /tmp/proxy.key -out /tmp/proxy.crt 2>/dev/null && exec nginx -c /proxy.conf',
        ],
      ]);
      assert.equal(started.status, 0, started.stderr);
      try {
        const url = `https://localhost:${port}`;
        await until(
          'the proxy answers',
          () =>
            deployment
              .run('curl', ['-sk', '--noproxy', '*', `${url}/room`])
              .stdout.includes('/sealmeet/plugin.js'),
          PATIENT,
        );
        const seen = deployment.script('verify', { URL: url, INSECURE: '1' });
        assert.equal(seen.status, 0, seen.stdout + seen.stderr);
        // Looks at the page, its files and the web socket, at the proxy this time.
        const outside = deployment.script('outside', { HTTPS_PORT: String(port), PUBLIC_URL: url });
        assert.equal(outside.status, 0, outside.stderr);
      } finally {
        deployment.run('docker', ['stop', '--time', '3', started.stdout.trim()]);
      }
      assert.equal(deployment.compose('up', '--detach', '--wait', 'web').status, 0);
    },
  },
  {
    name: 'make verify: what this server serves is this release; with one byte more it is not',
    check(deployment) {
      const honest = deployment.script('verify', { URL: deployment.url, INSECURE: '1' });
      assert.equal(honest.status, 0, honest.stdout + honest.stderr);
      appendFileSync(deployment.path('dist/worker.js'), ' ');
      const tampered = deployment.script('verify', { URL: deployment.url, INSECURE: '1' });
      assert.equal(tampered.status, 1);
      assert.match(tampered.stdout, /DIFFERS {2}\/sealmeet\/worker\.js/);
    },
  },
  {
    name: 'profile metrics: the counters of module and bridge are gathered, and reached from this machine alone',
    async check(deployment) {
      assert.equal(deployment.compose('--profile', 'metrics', 'up', '--detach', 'metrics').status, 0);
      const value = (name: string) =>
        deployment.run('curl', [
          '-s',
          '--noproxy',
          '*',
          `http://127.0.0.1:${deployment.ports.metrics}/api/v1/query?query=${name}`,
        ]).stdout;
      await until(
        'both are gathered',
        () =>
          /"value":/.test(value('prosody_mod_muc_e2ee__sealed_rooms')) &&
          /"value":/.test(value('jitsi_jvb_conferences')),
        PATIENT,
      );
    },
  },
  {
    name: 'profile scale: the other bridges show themselves to jicofo under their own ports',
    async check(deployment) {
      deployment.env.ENABLE_OCTO = '1';
      assert.equal(deployment.compose('--profile', 'scale', 'up', '--detach', '--wait').status, 0);
      await until(
        'jicofo sees three bridges',
        () => new Set(deployment.compose('logs', 'jicofo').stdout.match(/bridge \S+ is there/g)).size >= 3,
        PATIENT,
      );
      for (const [service, port] of [
        ['jvb2', deployment.ports.jvb2],
        ['jvb3', deployment.ports.jvb3],
      ] as const)
        assert.match(deployment.compose('logs', service).stdout, new RegExp(`ready on UDP ${port}`));
    },
  },
  {
    name: 'profile turn: coturn takes credentials made with the secret that Prosody has, and relays to nobody but the bridge',
    async check(deployment) {
      const bridge = `${deployment.network}1`;
      const turn = { TURN_HOST: 'localhost', COMPOSE_PROFILES: 'turn', JVB_ADVERTISE_IPS: bridge };
      assert.equal(deployment.run('docker', ['compose', 'up', '--detach', '--wait'], turn).status, 0);
      const started = () => deployment.compose('logs', 'turn').stdout;
      assert.match(
        deployment.inside('prosody', 'cat /run/prosody/config/prosody.cfg.lua').stdout,
        new RegExp(
          `turn_external_secret = "${/^TURN_CREDENTIALS=(.*)$/m.exec(deployment.read('.env'))?.[1]}"`,
        ),
      );
      await until('coturn listens', () => /Total General servers/.test(started()), PATIENT);
      const allocate = (secret: string, peer: string) =>
        deployment.inside(
          'turn',
          // As Prosody makes them (mod_turn_external): the name is when it ends, the password its HMAC.
          `timeout 60 turnutils_uclient -t -n 2 -m 1 -u x -W "${secret}" -e ${peer} -p 3478 127.0.0.1 2>&1`,
        ).stdout;
      const secret = /^TURN_CREDENTIALS=(.*)$/m.exec(deployment.read('.env'))?.[1] ?? '';
      assert.match(allocate(secret, bridge), /tot_send_msgs=[1-9]/);
      assert.match(allocate('wrong', bridge), /Cannot complete Allocation/);
      assert.match(allocate(secret, `${deployment.network}2`), /error 403 \(Forbidden IP\)/);
      assert.equal(
        deployment.run('docker', ['compose', 'up', '--detach', '--remove-orphans', '--wait']).status,
        0,
      );
    },
  },
];
