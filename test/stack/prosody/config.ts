// The configuration of a throw-away Prosody, set up as Jitsi sets its own up; good for 0.12 and for 13.
import { join } from 'node:path';

export const DOMAIN = 'meet.localhost';
export const AUTH_DOMAIN = `auth.${DOMAIN}`;
export const MUC_DOMAIN = `conference.${DOMAIN}`;
export const FOCUS_DOMAIN = `focus.${DOMAIN}`;
export const FOCUS_USER = 'focus';

export interface ProsodyPorts {
  c2s: number;
  http: number;
  component: number;
}

export interface ProsodySettings {
  /** Where its data, pid file and the list of room events go; must exist. */
  directory: string;
  ports: ProsodyPorts;
  /** Folders with modules, searched before Prosody's own. */
  pluginPaths: string[];
  /** Modules of the MUC component besides the stack's own. */
  mucModules: string[];
  /** Password of the focus, on its account and on its component. */
  secret: string;
  eventsFile: string;
}

/** A Lua string literal; the inputs are file names and words, so anything unusual is refused rather than escaped. */
function lua(text: string): string {
  if (/["\\\n\r\0]/.test(text))
    throw new Error(
      `expected a plain path or word for Prosody's configuration, came ${JSON.stringify(text)}`,
    );
  return `"${text}"`;
}

const list = (items: string[]) => `{ ${items.map(lua).join(', ')} }`;

export function prosodyConfig({
  directory,
  ports,
  pluginPaths,
  mucModules,
  secret,
  eventsFile,
}: ProsodySettings): string {
  return `
-- A machine's root may start the stack: everything listens on loopback, and the folder is removed afterwards.
run_as_root = true
data_path = ${lua(join(directory, 'data'))}
certificates = ${lua(directory)}
pidfile = ${lua(join(directory, 'prosody.pid'))}
plugin_paths = ${list(pluginPaths)}
log = { info = "*console" }

-- As Jitsi's own container images have it; Prosody's default collects garbage almost without a pause.
gc = { mode = "incremental", threshold = 400, speed = 250, step_size = 13 }

interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.c2s} }
legacy_ssl_ports = {}
c2s_direct_tls_ports = {}
s2s_ports = {}
s2s_direct_tls_ports = {}
component_ports = { ${ports.component} }
component_interfaces = { "127.0.0.1" }
http_ports = { ${ports.http} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
http_default_host = ${lua(DOMAIN)}

modules_enabled = { "saslauth", "disco", "ping", "posix" }
modules_disabled = { "s2s", "tls", "offline", "register" }
admins = { ${lua(`${FOCUS_USER}@${AUTH_DOMAIN}`)} }
storage = "memory"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_bosh_secure = true
consider_websocket_secure = true

VirtualHost ${lua(DOMAIN)}
	authentication = "anonymous"
	modules_enabled = { "bosh", "websocket", "smacks" }
	smacks_hibernation_time = 60
	smacks_max_unacked_stanzas = 5
	smacks_max_hibernated_sessions = 1

VirtualHost ${lua(AUTH_DOMAIN)}
	authentication = "internal_plain"
	-- The focus' account lies in a file, there before Prosody starts.
	storage = "internal"

Component ${lua(MUC_DOMAIN)} "muc"
	modules_enabled = ${list(['stack_events', ...mucModules])}
	restrict_room_creation = true
	component_admins_as_room_owners = true
	muc_room_locking = false
	muc_tombstones = false
	muc_room_default_public_jids = true
	stack_events_file = ${lua(eventsFile)}

Component ${lua(FOCUS_DOMAIN)}
	component_secret = ${lua(secret)}
`.trimStart();
}

/** The focus' account as Prosody's file storage keeps it: where, below the data folder, and what. */
export function focusAccount(secret: string): { path: string; content: string } {
  const host = AUTH_DOMAIN.replaceAll('.', '%2e').replaceAll('-', '%2d');
  return {
    path: join(host, 'accounts', `${FOCUS_USER}.dat`),
    content: `return { ["password"] = ${lua(secret)} }\n`,
  };
}
