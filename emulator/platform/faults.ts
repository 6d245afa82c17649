/** Why a platform does not start: mistakes of the user or states of the machine, with closed codes. Bugs are plain Errors. */
export type PlatformFaultCode =
  | 'AlreadyRunning'
  | 'BadPort'
  | 'PortTaken'
  | 'DataNotWritable'
  | 'DataNewer'
  | 'DiskFull'
  | 'NodeTooOld';

export interface PlatformFault extends Error {
  code: PlatformFaultCode;
  /** The data directory, where it is about one. */
  data?: string;
}

export function platformFault(code: PlatformFaultCode, message: string, data?: string): PlatformFault {
  return Object.assign(new Error(message), { code, name: 'PlatformFault' }, data === undefined ? {} : { data });
}

/** Turns what the OS says about a directory into a fault; anything else stays what it is. */
export function diskFault(error: unknown, data: string): unknown {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || /readonly database|unable to open/i.test(message)) {
    return platformFault(
      'DataNotWritable',
      `cannot write to ${data}: give a directory that you own with --data, or set SLIPWAY_HOME (${message})`,
      data,
    );
  }
  if (code === 'ENOSPC' || /disk is full/i.test(message)) {
    return platformFault('DiskFull', `no space left for ${data}: free some and start again; nothing was lost`, data);
  }
  return error;
}
