export { type FileTimes, setTimes, setTimesOfFd } from './file-times.ts';
export { type FolderLock, tryLockFolder } from './folder-lock.ts';
export { SystemCallError } from './libc.ts';
export { type PosixNames, readPosixNames } from './posix-names.ts';
export { isProcessAlive } from './process-alive.ts';
export { kernelsFor, type ProcessKernels, processKernels, type ZstdOutcome } from './process-kernels.ts';
export { makeDevice, makeFifo, preallocate, seekData, seekHole } from './special-files.ts';
export { systemClock, systemRandom } from './system.ts';
export { getXattr, listXattrs, removeXattr, setXattr } from './xattrs.ts';
