/** The folder in which everything of a break-glass kit lies, once it was opened. */
export const kitFolder = 'kit';
