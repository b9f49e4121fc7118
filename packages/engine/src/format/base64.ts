const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of standard base64 with padding; undefined when it is none. Node's decoder alone passes over what it does
 *  not know. */
export function bytesOfBase64(text: string): Buffer | undefined {
  return text.length % 4 === 0 && BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
