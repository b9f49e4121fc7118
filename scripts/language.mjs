// Which language to speak before any package is installed. Plain JavaScript for Node 20.

/**
 * LUMBUNG_LANG decides; else the system's language; else English.
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {'id' | 'en'}
 */
export function pickLanguage(environment) {
  for (const name of ['LUMBUNG_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG']) {
    const wanted = environment[name]?.toLowerCase().match(/^(id|en)(?:[_.-]|$)/)?.[1];
    if (wanted === 'id' || wanted === 'en') return wanted;
  }
  return 'en';
}
