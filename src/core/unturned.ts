/** Names and messages of others must not rearrange the line they stand in. Pure leaf. */

/** Turns what follows around. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;

/** What stands before and after it is read in its own order. */
export const unturned = (text: string): string => text.replace(turning, '\ufffd');
