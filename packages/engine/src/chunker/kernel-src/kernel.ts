// AssemblyScript. Looks for places to cut, in four lanes: one lane waits 7 cycles a byte for its own table look-up, four
// beside each other fill that time. A place is a candidate or not by its last 64 bytes alone, so lanes may begin
// anywhere. Where things lie in memory is fixed, so that addresses need no registers; ../cutter.ts puts them there.

const WINDOW: usize = 64;
const LEAVE_TABLE: usize = 1024;
const MOD_TABLE: usize = 1024 + 2048;
/** How far each lane runs before the lanes are compared: longer wastes more behind a cut, shorter warms up more. */
const LANE: usize = 8192;
/** Where hits of later lanes wait: rare, and so not worth a register. */
const HITS: usize = 512;

// @ts-ignore: decorator
@inline
function step(digest: u64, enter: u64, leave: usize): u64 {
  return (digest << 8) ^ load<u64>(<usize>(digest >> 45) << 3, MOD_TABLE) ^ (load<u64>(leave << 3, LEAVE_TABLE) ^ enter);
}

/** Fingerprint of the 64 bytes before `at`, from nothing. */
function warmUp(at: usize): u64 {
  let digest: u64 = 0;
  for (let p = at - WINDOW; p < at; p++) digest = step(digest, load<u8>(p), 0);
  return digest;
}

/** The first place in [from, to) whose byte ends a window with all bits of `mask` zero; the largest number when there
 *  is none. 64 bytes before `from` must be there. */
export function scan(from: usize, to: usize, mask: u64): usize {
  let at = from;
  while (at + 4 * LANE <= to) {
    let d0 = warmUp(at);
    let d1 = warmUp(at + LANE);
    let d2 = warmUp(at + 2 * LANE);
    let d3 = warmUp(at + 3 * LANE);
    store<u64>(HITS, 0);
    store<u64>(HITS, 0, 8);
    const end = at + LANE - WINDOW;
    for (let p = at - WINDOW; p < end; p++) {
      d0 = step(d0, load<u8>(p, WINDOW), load<u8>(p));
      d1 = step(d1, load<u8>(p, LANE + WINDOW), load<u8>(p, LANE));
      d2 = step(d2, load<u8>(p, 2 * LANE + WINDOW), load<u8>(p, 2 * LANE));
      d3 = step(d3, load<u8>(p, 3 * LANE + WINDOW), load<u8>(p, 3 * LANE));
      if ((d0 & mask) == 0) return p + WINDOW;
      if ((d1 & mask) == 0 && load<u32>(HITS, 0) == 0) store<u32>(HITS, <u32>(p + LANE + WINDOW), 0);
      if ((d2 & mask) == 0 && load<u32>(HITS, 4) == 0) store<u32>(HITS, <u32>(p + 2 * LANE + WINDOW), 4);
      if ((d3 & mask) == 0 && load<u32>(HITS, 8) == 0) store<u32>(HITS, <u32>(p + 3 * LANE + WINDOW), 8);
    }
    if (load<u32>(HITS, 0) != 0) return load<u32>(HITS, 0);
    if (load<u32>(HITS, 4) != 0) return load<u32>(HITS, 4);
    if (load<u32>(HITS, 8) != 0) return load<u32>(HITS, 8);
    at += 4 * LANE;
  }
  if (at < to) {
    let digest = warmUp(at);
    for (; at < to; at++) {
      digest = step(digest, load<u8>(at), load<u8>(at - WINDOW));
      if ((digest & mask) == 0) return at;
    }
  }
  return <usize>-1;
}
