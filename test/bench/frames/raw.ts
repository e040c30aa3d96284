// The contender to be measured against: one WebCrypto AES-GCM call a frame and nothing else.

interface RawTransformer {
  readable: ReadableStream<{ data: ArrayBuffer }>;
  writable: WritableStream<{ data: ArrayBuffer }>;
  options: { direction: 'seal' | 'open' };
}

const key = crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt', 'decrypt']);

(globalThis as unknown as { onrtctransform: unknown }).onrtctransform = async (event: {
  transformer: RawTransformer;
}) => {
  const { readable, writable, options } = event.transformer;
  const imported = await key;
  const operation = options.direction === 'seal' ? 'encrypt' : 'decrypt';
  // The same nonce every time, which no real sender may do: drawing another would not be the cipher's work.
  const parameters = { name: 'AES-GCM', iv: new Uint8Array(12) };
  const reader = readable.getReader();
  const writer = writable.getWriter();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    value.data = await crypto.subtle[operation](parameters, imported, value.data);
    writer.write(value);
  }
};

export {};
