// Variables of the environment as Jitsi's images read them.

export function flag(name: string, fallback: boolean): boolean {
  const value = process.env[name];
  return value ? !['0', 'f', 'false'].includes(value) : fallback;
}

export function required(name: string, what: string): string {
  const value = process.env[name];
  if (value) return value;
  console.log(`FATAL ERROR: ${what} must be set`);
  process.exit(1);
}

export const xmppServer = {
  server: process.env.XMPP_SERVER || 'xmpp.meet.jitsi',
  port: Number(process.env.XMPP_PORT || 5222),
};
