// A complete small repository as a stock client (restic 0.14.0) wrote it: scrypt keys, seals, config, compressed documents,
// index, pack headers, compressed blobs, quoted names, escaped JSON. Kept for ever: what it opens today it must open in ten years.
import { MemBackend } from '@lumbung/backend/mem';
import { parseBlobId, parsePackId, parseSnapshotId } from '../format/ids.ts';
import { REPOSITORY_LAYOUT } from '../repository/layout.ts';

const FILES: readonly (readonly [path: string, base64: string])[] = [
  [
    'config',
    'dpyAIrFirISZt7xd2O6PpGTOeO47Z9n85IHmITRN3VmxzSApH2b7zk/5MGgG1LUCaSemb50MGkaYgQCwz8QA/ZynMX1gXS+fa43mTqonqeUjwCd39K4pU6N3' +
      'u1ZiIzIQJuHAcXraZ0b1X0YrapRnVFFAI+83rAUNB1Ntbzm8iFbbRPQTkegs7h4k3+hsA46nV5PL3tfM4TpcvgA=',
  ],
  [
    'data/40/40d48a61cc543c5d0f193139d11acbb862d2b004bd97dc1de02162617261ed5f',
    'DcvCN6upbZZNzjC2bilNWkeqorS896DyolBST0tGqnwIZCqiUQpr9j2uiM0NXFXTKtdwcDYrsENO6GPeMjMCPUC8lmaQxGvg8CLHIMXHfuy8uu+KdUaJvUYk' +
      'W9IdO2/tBTIuH7EqpnytF1k5OU93fM9TGleX6LYs2LnnWO90ZXlqYfrbX2TJfbFm8lUmzJoT/iLLqEN+d+BcMjrVuxoViZbREnCxsoOj59Zm7KtuOrVSPcOg' +
      'yaqh7rBihYvF02qzSuqqhrdEjY7wgiisSdV74q4Qv7zslO/AKQEy7hQOg7zrF7xTJbQ21PDR0oafZSGzfqoswHlVpPNqTROxTf+81H0TcZClO5V+xRvr+vTA' +
      'ZTOvG6AFd2alJAIl8VuftPmZ2q86rUS6mwAAAA==',
  ],
  [
    'data/68/6846a07193fa571bb488aec1e0a72a03033999acbc4871bd24eea19dbb911e44',
    'xsedEr87IBc1PSgtayQ1JRMnOrKc3TMmpL4fAZ7f0E2qpmVacJXR3YTQd+EJoLuvpeemfEebO5xYX0n3Dsnw1Tn6r347irVsvM/VyZQuWl7k7T7hm8d2mq0V' +
      'XWOszYeAW+ldKe17uKkFdRits9XuaS5INfP/NZP02CtrgVI6gcmlgnzodzGVrbqacZR9P9l5+urEfk8OvHgUFTGTslSgIK745u0hnmjlvhNNDnU55udMws4n' +
      'nuKH80Dp5XNfqcKr7cx+w9YttOEeSxraQ61KCtGwrTv82j9ZpU93hKVVAQ3rzhrjOm9el4matayIqUJZ+R3/+oH8xDrYE5mRAgfp70jx1kl24Gac43u6Rp3w' +
      'xBv1alHFxkF+TI2NDJo9UixgLP/2cNGbxMeZiHGLJzui4z5K9VDQSyNjcFXWVtTpb0hzZAeEKLy56oTPziw9S5Z3XrHI0ipYGMoiscgcZ7aI/0o3Y3xTjTBj' +
      'jI9APATBykxvb8ORJB5zTPKdwD/5ZIAZv3bWy4tgeFWV+dD6OQTZRKWna4H+oxcIpU+KQesDYcn7ywcjK5aRp+CBTiovF/twLlYu+Qw9gPh9pVDwI0dA7l9B' +
      'GVog7sSlZ0X3GrDMP1OkOcfhZ1O7ojmvGnn4gyPdVjC/+SamBtT3BPIbFFhEkq54HCFW0fTWpfsArOClFyhkALMooKWmpSijhqpAH4Jq0EIFcH9lcoKZwOA8' +
      'J6Sg4/XhMkLrIr+VsMvlsdKPlw7dkYx36mbUQ23M+n1Vk4afnB07W4w+HgCrAvTTCHFC9qes2hl9Ps5hNT8Jhbw+ViK3IaXrpODq8c6QguBpEt1pjJZNxifs' +
      'lP5elHiV2SOQdlsL8xMNMCj/s+nfl2R/+ExQ/X5VJY3g6aUYkAWKbI21WNnyUZ/pjwxngPsDXw4aPQbfsfFujzo2kyWX3UNhpnm+KNeiGHToiF1BkphnaZZP' +
      '3pmteLt7G7+UTv4ElH5tnCT3UggezzHerGXChOLO2408KP68rGRiAYB+Lli7iNvW4yjfWei7dQtVDswqNYG1Ble15tfYRYQeKAbYmEzf3SUlcvbqJaBFs3P+' +
      'bRD/uV+CHX0+ph9F+74p2XL1R877jn/jA38qfpg243Wjizvo2NbNtabptb2EH0yIy5QPmVgpmSCF+MUT+z8FYQY7b+06+RvbGOcKudBadIFfCHxValgsFPfa' +
      'uyf0AEqxlAtze0A0kuZVn3bqyp9Anom7f+LRofvUL9CvRgy2XHwUtlfiJ6Thd0m63BkolMPNhL448CJt5pBqKkMdd7lzdqCGXYm93jAsCZ+Dm/8vQhi+SWVf' +
      '5BhTU8B5EYIrHLpBv0X/CjRQtjsagvtjxWUEkjTr7UR77I2RjIthc6hRb2fZRHy9cUyDcPJiQeYAux4rXT/PubqZpZmZgCJaK5vNqy3pOXJC9FqIKiyyjA4F' +
      'lFfhUiF8nPcBcRns7TTFN/uqtaySGw37eaXqCm7V8id9IFLPlpJPMyYwInDd6ruvkepKE+PsNVTm1fiuHfYMjm6mWTrSdJQKtt3yb/canTLsCV1yYMFQh0mV' +
      'AOsY1Y1JfyAKGhw1yHtGgZ12GjWohHuC7YRYaJsAAAA=',
  ],
  [
    'index/6f1df5fb0e0a04f58ab1ab605adfcfc1cf0bf1fa73c2938db4f9c8ec8931bd1b',
    'J6EgrOCzf44XM9ZMHio5B10hB8F86OnJLPbcJKa5JMHig96dPPrqkAGSelHG9pG/eSf0juRJs9ihAZ8ukpfl/Iv5b05oq5FSbp7ByEY0v15CS1J0/dDcciq1' +
      'YK46OaqzRRt71GZQrLukVxTIIydcz4h9vMnB9QfFzZtyF837j5m9FA0tBUWHsdu2tTPBAbWI34cgy9eAIx7Jej4Y/m4+z5F4HF+Hy+IQ9qcp7Sp9fz7BcoQt' +
      'SkZMbAQM3Z4veOTQrMTVkQV0mWya+VFjvbIjb+RQjLFwOKuDezTkYUtZfPPuWYEa/DxZLck3HVuk+VgLMODEQDeRK5mJXwItN0zjLdoW6EP9Hg2omzYzhImW' +
      'ZN/fNij+Hv6tSdpammBrRxm9HUqu6SUUUW+2pnAkqbOXpcdoLcs2WeJ9EbU0o4knV2+NsgkmXn+dYU8tDEOr3ZIBdrjNIJWWH+vbOsW59Vqh/oxzsSNNhF8X' +
      'FL5rrAu464P9RawhSwlttdR39nvJnIJSbfrandXOFKmQU8QgrcfmhpYM8glDq0/n2qMfcGIYGkKiFOtSPxGlOpAO6G9qwwNDLVH23beqrIzd/rYq9F5Vz+LK' +
      '7RkDcoJ9Eyss0LoG6qvRVns/4kpdY5YkOHOtCWYYQXp1TL/cSIjNeYX5N63f02NP4Ea/',
  ],
  [
    'keys/b8519d163e6d087aa42af2f913391c60c568efed019d52178117d59c17436bb5',
    'eyJjcmVhdGVkIjoiMjAyNi0xMS0yMlQwODoyMTo1OS4xNDMyMzQ4NDRaIiwidXNlcm5hbWUiOiJyb290IiwiaG9zdG5hbWUiOiJkZW1vLWhvc3QiLCJrZGYi' +
      'OiJzY3J5cHQiLCJOIjozMjc2OCwiciI6OCwicCI6NCwic2FsdCI6IlpTZU9wN1pMdEN2QkRsbkg0YW1pakVFcDNBYlZCU0JwQkFiMGkvdDBrczlxMVh3YkQ4' +
      'aytydzRaQ1dOUU4vMjhXeXh3bytIWjNuTVJ6Z2NXNE4ySkd3PT0iLCJkYXRhIjoiZ3dTeGxlMUZ3cWhWR1c5YWxyc3Y0WUlrUjBxQ3RFZUV1cHVvdmU1UEpk' +
      'YjJxMWlBWTREeWJ6bnF4K3crdG82TTFIOTIzdk1ndjJBN2ZjUDROK1djeDNPdnNKc0JJOGdYM0hGY3B4S0diY2NPaEJIcTQ3d1cwOHFSOUlZekFRMmlMK1ox' +
      'aUVYWFNNQUtPdTRyOGNoRnRzWVBwbXFPM2k2QS9jUXlNK09uU3JLY2NLQUJWbTRPTWM2dC9Vai9CVGQvTzVwT1lPTDJrZFhzK1pJekpkOGNyZz09In0=',
  ],
  [
    'snapshots/0b64e78fb2ca5309563fb3a0d30bfbcedeaea2dbbcc67c84d0e8d2b08e8ff3bc',
    '5GkajHmXIVA1wzIdQ4LsHRYtj4ZBUHwH3kepdXGPG1BHmIUWWg2uDOwoaOsli7midsIZntuLATZ2xwnWuVWynOyvi/ydFbXrzxXchSNvL1sTOVUQ/A9I5laU' +
      '9DD1575gaZja8BPGfeKFaslxqbfR2jbz8omHrEC3x3hhSurtC4xwPBDgN5xhi5chbNC1mNXbM4RznQ8ol1ygawAKox50EJDB7fHJRX/92eZ+Ciy9tzgzaBnW' +
      'y8OfCMZ0qokH',
  ],
];

/** Path to content; packs lie in folders of their first two digits, as on a disk. */
const files = new Map(FILES.map(([path, base64]) => [path, Buffer.from(base64, 'base64')]));

export const STOCK_FIXTURE = {
  password: Buffer.from('demo'),
  /** By path, packs in folders of their first two digits. */
  files,
  encrypt: 'de8db50dd0c2dbf2c1de651cc47de33eb097eba5ab15540c6fcd8066e14ca571',
  macK: '22220fd2407dec1529aa5651a858186e',
  macR: '9ca9a50878e7b001c45225058496c30e',
  configJson:
    '{"version":2,"id":"3cfd5f5ceaee78f87684c3c0f91dde2aab2609f92d909325803ec6d3340e7d78","chunker_polynomial":"37d49a32256ced"}',
  snapshotId: parseSnapshotId('0b64e78fb2ca5309563fb3a0d30bfbcedeaea2dbbcc67c84d0e8d2b08e8ff3bc'),
  snapshotJson:
    '{"time":"2024-02-03T05:00:00Z","tree":"626501347e91ec207f441857d5a4c95e7a80d8703f78b879966988b5dbd9b532","pa' +
    'ths":["/mnt/demo"],"hostname":"demo-host","username":"root","tags":["demo"]}',
  rootTreeId: parseBlobId('626501347e91ec207f441857d5a4c95e7a80d8703f78b879966988b5dbd9b532'),
  indexId: '6f1df5fb0e0a04f58ab1ab605adfcfc1cf0bf1fa73c2938db4f9c8ec8931bd1b',
  /** Without the newline at its end. */
  indexJson:
    '{"packs":[{"id":"40d48a61cc543c5d0f193139d11acbb862d2b004bd97dc1de02162617261ed5f","blobs":[{"id":"6e91b61a6' +
    '5983c212eaa9c8db09f378db71ae1a8a96cd90646c9cc593ee276ce","type":"data","offset":0,"length":44,"uncompressed_' +
    'length":3},{"id":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","type":"data","offset":9' +
    '7,"length":42,"uncompressed_length":1},{"id":"a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a4' +
    '47","type":"data","offset":44,"length":53,"uncompressed_length":12}]},{"id":"6846a07193fa571bb488aec1e0a72a0' +
    '3033999acbc4871bd24eea19dbb911e44","blobs":[{"id":"626501347e91ec207f441857d5a4c95e7a80d8703f78b879966988b5d' +
    'bd9b532","type":"tree","offset":787,"length":256,"uncompressed_length":324},{"id":"7fd919229d3926f4a98aafe83' +
    '5d140a17ba2febcf36164fa3242a2e0db3a10ee","type":"tree","offset":275,"length":512,"uncompressed_length":1878}' +
    ',{"id":"9512ea6a4ce7b610776a806ef0e3789c8e3751de39d646eec7cbfed2b66a674c","type":"tree","offset":0,"length":' +
    '275,"uncompressed_length":346}]}]}',
  blobs: [
    {
      type: 'data',
      id: parseBlobId('6e91b61a65983c212eaa9c8db09f378db71ae1a8a96cd90646c9cc593ee276ce'),
      pack: parsePackId('40d48a61cc543c5d0f193139d11acbb862d2b004bd97dc1de02162617261ed5f'),
      offset: 0,
      lengthBytes: 44,
      uncompressedBytes: 3,
      plaintext: Buffer.from([0x41, 0xff, 0x0a]),
    },
    {
      type: 'data',
      id: parseBlobId('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'),
      pack: parsePackId('40d48a61cc543c5d0f193139d11acbb862d2b004bd97dc1de02162617261ed5f'),
      offset: 97,
      lengthBytes: 42,
      uncompressedBytes: 1,
      plaintext: Buffer.from('x'),
    },
    {
      type: 'data',
      id: parseBlobId('a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447'),
      pack: parsePackId('40d48a61cc543c5d0f193139d11acbb862d2b004bd97dc1de02162617261ed5f'),
      offset: 44,
      lengthBytes: 53,
      uncompressedBytes: 12,
      plaintext: Buffer.from('hello world\n'),
    },
    {
      type: 'tree',
      id: parseBlobId('626501347e91ec207f441857d5a4c95e7a80d8703f78b879966988b5dbd9b532'),
      pack: parsePackId('6846a07193fa571bb488aec1e0a72a03033999acbc4871bd24eea19dbb911e44'),
      offset: 787,
      lengthBytes: 256,
      uncompressedBytes: 324,
      plaintext: Buffer.from(
        '{"nodes":[{"name":"demo","type":"dir","mode":2147484141,"mtime":"2024-02-03T04:05:06Z","atime":"2024-02-03T0' +
          '4:05:06Z","ctime":"2026-11-22T08:21:57.054587812Z","uid":0,"gid":0,"user":"root","group":"root","inode":2,"d' +
          'evice_id":39,"content":null,"subtree":"7fd919229d3926f4a98aafe835d140a17ba2febcf36164fa3242a2e0db3a10ee"}]}' +
          '\n',
      ),
    },
    {
      type: 'tree',
      id: parseBlobId('7fd919229d3926f4a98aafe835d140a17ba2febcf36164fa3242a2e0db3a10ee'),
      pack: parsePackId('6846a07193fa571bb488aec1e0a72a03033999acbc4871bd24eea19dbb911e44'),
      offset: 275,
      lengthBytes: 512,
      uncompressedBytes: 1878,
      plaintext: Buffer.from(
        '{"nodes":[{"name":"bad\\\\xffname","type":"file","mode":8389101,"mtime":"2024-02-03T04:05:06.070809Z","atime' +
          '":"2024-02-03T04:05:06.070809Z","ctime":"2026-11-22T08:21:57.054587812Z","uid":0,"gid":0,"user":"root","grou' +
          'p":"root","inode":7,"device_id":39,"size":3,"links":1,"content":["6e91b61a65983c212eaa9c8db09f378db71ae1a8a9' +
          '6cd90646c9cc593ee276ce"]},{"name":"empty","type":"file","mode":420,"mtime":"2024-02-03T04:05:06.070809Z","at' +
          'ime":"2024-02-03T04:05:06.070809Z","ctime":"2026-11-22T08:21:57.050587812Z","uid":0,"gid":0,"user":"root","g' +
          'roup":"root","inode":5,"device_id":39,"links":1,"content":[]},{"name":"hello-link","type":"file","mode":420,' +
          '"mtime":"2024-02-03T04:05:06.070809Z","atime":"2024-02-03T04:05:06.070809Z","ctime":"2026-11-22T08:21:57.050' +
          '587812Z","uid":0,"gid":0,"user":"root","group":"root","inode":4,"device_id":39,"size":12,"links":2,"content"' +
          ':["a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447"]},{"name":"hello.txt","type":"file","mo' +
          'de":420,"mtime":"2024-02-03T04:05:06.070809Z","atime":"2024-02-03T04:05:06.070809Z","ctime":"2026-11-22T08:2' +
          '1:57.050587812Z","uid":0,"gid":0,"user":"root","group":"root","inode":4,"device_id":39,"size":12,"links":2,"' +
          'content":["a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447"]},{"name":"link","type":"symlin' +
          'k","mode":134218239,"mtime":"2024-02-03T04:05:06.070809Z","atime":"2024-02-03T04:05:06.070809Z","ctime":"202' +
          '6-11-22T08:21:57.046587812Z","uid":0,"gid":0,"user":"root","group":"root","inode":6,"device_id":39,"links":1' +
          ',"linktarget":"sub/\\u003c\\u0026\\u003e","content":null},{"name":"sub","type":"dir","mode":2147484141,"mtim' +
          'e":"2024-02-03T04:05:06Z","atime":"2024-02-03T04:05:06Z","ctime":"2026-11-22T08:21:57.054587812Z","uid":0,"g' +
          'id":0,"user":"root","group":"root","inode":3,"device_id":39,"content":null,"subtree":"9512ea6a4ce7b610776a80' +
          '6ef0e3789c8e3751de39d646eec7cbfed2b66a674c"}]}\n',
      ),
    },
    {
      type: 'tree',
      id: parseBlobId('9512ea6a4ce7b610776a806ef0e3789c8e3751de39d646eec7cbfed2b66a674c'),
      pack: parsePackId('6846a07193fa571bb488aec1e0a72a03033999acbc4871bd24eea19dbb911e44'),
      offset: 0,
      lengthBytes: 275,
      uncompressedBytes: 346,
      plaintext: Buffer.from(
        '{"nodes":[{"name":"é \\\\\\"q\\\\\\"","type":"file","mode":420,"mtime":"2024-02-03T04:05:06.070809Z","atime"' +
          ':"2024-02-03T04:05:06.070809Z","ctime":"2026-11-22T08:21:57.050587812Z","uid":0,"gid":0,"user":"root","group' +
          '":"root","inode":8,"device_id":39,"size":1,"links":1,"content":["2d711642b726b04401627ca9fbac32f5c8530fb1903' +
          'cc4db02258717921a4881"]}]}\n',
      ),
    },
  ],
} as const;

/** The fixture in a backend of its own. */
export function stockBackend(): MemBackend {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT, location: 'mem:stock' });
  for (const [path, content] of files) {
    const parts = path.split('/');
    backend.put({ folder: parts.length === 1 ? '' : (parts[0] ?? ''), name: parts.at(-1) ?? '' }, content);
  }
  return backend;
}
