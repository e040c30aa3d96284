// What one listener throws must not stop others: neither lib-jitsi-meet's handlers nor the rest of a key change.

export function safely(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.error('Sealmeet:', error);
  }
}
