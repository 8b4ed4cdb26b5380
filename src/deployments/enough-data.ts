/** What is judged has to have been known for this share of the time, 0-1: the silence of what cannot see is no pass. */
export const enoughData = 0.95;
