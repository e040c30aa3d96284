// Names on the wire that the plugin, the Prosody module and the tests share. docs/protocol.md §2.

/** Namespace of the room's own IQs and disco fields, and the feature that says the module is loaded. */
export const NAMESPACE = 'urn:sealmeet:e2ee:1';

/** Participant property that carries the bundle: `<jitsi_participant_sealmeet>1.…</…>` in the presence. */
export const BUNDLE_PROPERTY = 'sealmeet';

/** Participant property that says "I hold this room to be sealed": `1` or `0`. */
export const SEALED_PROPERTY = 'sealmeet_sealed';

/** `type` of every endpoint message of Sealmeet. */
export const MESSAGE_TYPE = 'sealmeet';
