/** How hard a passphrase is to guess. */
export interface PassphraseStrength {
  /** `known`: it stands in documents; `weak`: it can be found by trying; `short`: less than the cipher's own strength. */
  readonly grade: 'known' | 'weak' | 'short' | 'strong';
  /** A cautious estimate. */
  readonly bits: number;
}

/** Below this many bits it can be found by trying; below the second it is the weakest part. */
const weakBelow = 72;
const strongFrom = 128;

/** Passphrases that documents and templates show, so that they are tried first. */
const known: readonly RegExp[] = [
  /^pgBackRest(?:\.\w+)?$/i,
  /^pgBR\.?\w*$/i,
  /(?:your|my|some|strong|secret|secure|very)[-_ ]?(?:strong|secret|secure|encryption|cipher|backup)?[-_ ]?(?:pass(?:word|phrase)?|key)/i,
  /^(?:change|replace)[-_ ]?(?:me|this)/i,
  /^<.*>$/,
  /^(?:pass(?:word|phrase)?|secret|cipher|postgres|backup)\d*!?$/i,
  /correct[-_ ]?horse[-_ ]?battery[-_ ]?staple/i,
];

/**
 * Judges a passphrase. pgBackRest makes the key of it with one round of a hash (EVP_BytesToKey in
 * `src/common/crypto/cipherBlock.c`), so that guesses cost nearly nothing and only its own randomness protects it.
 *
 * Words and repetitions count little: a run of letters is a word of a dictionary (13 bits) however long it is.
 */
export function judgePassphrase(passphrase: string): PassphraseStrength {
  const bits = Math.floor(estimateBits(passphrase));
  if (known.some((pattern) => pattern.test(passphrase))) return { grade: 'known', bits };
  return { grade: bits < weakBelow ? 'weak' : bits < strongFrom ? 'short' : 'strong', bits };
}

function estimateBits(passphrase: string): number {
  // What is repeated was guessed once; two equal neighbours are what chance brings.
  const text = passphrase.replaceAll(/(..+?)\1+|(.)\2{2,}/gsu, '$1$2');
  const isHex = /^[0-9a-f]+$/i.test(text);
  const perCharacter = isHex ? 4 : Math.log2(poolOf(text));
  let bits = 0;
  for (const [part] of text.matchAll(/[A-Z]?[a-z]{3,}|[A-Z]{4,}|[^]/gu)) {
    const asRandom = part.length * perCharacter;
    bits += part.length > 1 && !isHex ? Math.min(13, asRandom) : asRandom;
  }
  return bits;
}

function poolOf(text: string): number {
  const classes: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z0-9]/, 20],
  ];
  return Math.max(
    2,
    classes.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0),
  );
}
