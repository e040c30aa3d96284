// Polls: what stands under the seal, and how the two forms of Jitsi Meet's interface want to hear of it.
// docs/protocol.md §9.

export type Poll =
  | { type: 'new-poll'; pollId: string; question: string; answers: string[] }
  | { type: 'answer-poll'; pollId: string; answers: boolean[] };

/** Jitsi Meet shows no more answers, and its server keeps no more polls of a room. */
const MOST_ANSWERS = 32;
const MOST_POLLS = 128;
const LONGEST_TEXT = 1000;

/** A poll or a vote of which only the known fields are left; null when its shape does not hold. */
export function readPoll({ type, pollId, question, answers }: Record<string, unknown>): Poll | null {
  if (!isId(pollId) || !Array.isArray(answers)) return null;
  if (answers.length === 0 || answers.length > MOST_ANSWERS) return null;
  if (type === 'answer-poll')
    return answers.every((one) => typeof one === 'boolean') ? { type, pollId, answers } : null;
  if (type !== 'new-poll' || !isText(question) || !answers.every(isText)) return null;
  return { type, pollId, question, answers };
}

/** The interface keeps polls in an object by their ids: names that every object has would be found there. */
const isId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{1,64}$/.test(value) && !(value in {});

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_TEXT;

/** lib-jitsi-meet's `Polls.createPoll` and `Polls.answerPoll`, by their arguments. */
export const newPoll = (pollId: unknown, question: unknown, answers: unknown): Record<string, unknown> => ({
  type: 'new-poll',
  pollId,
  question,
  answers: Array.isArray(answers) ? answers.map((answer) => answer?.name) : answers,
});

export const vote = (pollId: unknown, answers: unknown): Record<string, unknown> => ({
  type: 'answer-poll',
  pollId,
  answers,
});

/** A new object each time, as the interface writes into what it is given. */
export function asEvent(poll: Poll, senderId: string, senderName: string): object {
  const { type: command, pollId } = poll;
  const common = { type: 'polls', command, pollId, senderId, senderName };
  return poll.type === 'new-poll'
    ? { ...common, question: poll.question, answers: poll.answers.map((name) => ({ name })) }
    : { ...common, answers: [...poll.answers] };
}

/** Versions without methods for polls; the oldest of them read who it is from the payload. */
export function asPayload(poll: Poll, senderId: string, senderName: string): object {
  const who =
    poll.type === 'new-poll' ? { senderId, senderName } : { voterId: senderId, voterName: senderName };
  return { ...poll, answers: [...poll.answers], ...who };
}

/** Whose id is taken: nobody may put another poll in the place of one that people have voted on. */
export class KnownPolls {
  readonly #ids = new Set<string>();

  /** May this be shown? Votes on polls that were made before this participant came are the interface's to leave out. */
  admits(poll: Poll): boolean {
    if (poll.type === 'answer-poll') return true;
    if (this.#ids.has(poll.pollId) || this.#ids.size >= MOST_POLLS) return false;
    this.#ids.add(poll.pollId);
    return true;
  }
}
