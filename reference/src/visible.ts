/** Somebody else's words on one line, without what moves a terminal's cursor, turns text around or cannot be seen. */
export const visible = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, '\ufffd');
