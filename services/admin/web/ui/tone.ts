/** How something does: well, not quite, not at all; nothing goes on; something goes on. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'busy';
