// The AV1 dependency descriptor, as far as a forwarder reads it (AV1 RTP specification, Appendix A).

export interface DependencyDescriptor {
  startOfFrame: boolean;
  endOfFrame: boolean;
  frameNumber: number;
  /** The template structure is attached, which browsers do on key frames alone. */
  structurePresent: boolean;
}

export function parseDependencyDescriptor(bytes: Buffer): DependencyDescriptor | null {
  if (bytes.length < 3) return null;
  const first = bytes.readUInt8(0);
  return {
    startOfFrame: (first & 0x80) !== 0,
    endOfFrame: (first & 0x40) !== 0,
    frameNumber: bytes.readUInt16BE(1),
    structurePresent: bytes.length > 3 && (bytes.readUInt8(3) & 0x80) !== 0,
  };
}

/** Overwrites the frame number in place, as a bridge does that leaves out or adds frames. */
export function setFrameNumber(bytes: Buffer, frameNumber: number): void {
  bytes.writeUInt16BE(frameNumber & 0xffff, 1);
}
