/**
 * The container that holds the network of a pod with several containers. Its image is made here, so that no registry is
 * needed: one static program of a few instructions that waits for ever.
 */

/** ELF machine numbers and what runs on them: Linux' pause(2), or ppoll(2) of nothing where there is no pause. */
const programs: Record<string, { machine: number; code: number[] }> = {
  // mov eax, 34; syscall; jmp back
  x86_64: { machine: 62, code: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0..x3, 0; mov x8, 73; svc 0; b back
  aarch64: {
    machine: 183,
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa].flatMap((word) => [
      word & 0xff,
      (word >>> 8) & 0xff,
      (word >>> 16) & 0xff,
      word >>> 24,
    ]),
  },
};

export const pauseImage = 'slipway.dev/pause:1';

/** A tar with `/pause`, for `docker import`. @throws where the engine's processor is another one. */
export function pauseTar(architecture: string): Buffer {
  const program = programs[architecture === 'arm64' ? 'aarch64' : architecture === 'amd64' ? 'x86_64' : architecture];
  if (!program) throw new Error(`pods of several containers cannot run on a ${architecture} engine`);
  const content = elf(program);
  return Buffer.concat([
    tarHeader('pause', content.length),
    content,
    Buffer.alloc((512 - (content.length % 512)) % 512),
    Buffer.alloc(1024),
  ]);
}

/** ELF64, little-endian, one segment that is loaded whole; entry right behind the headers. */
function elf({ machine, code }: { machine: number; code: number[] }): Buffer {
  const base = 0x400000n;
  const headers = 64 + 56;
  const file = Buffer.alloc(headers + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(base + BigInt(headers), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(base, 80);
  file.writeBigUInt64LE(base, 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  file.set(code, headers);
  return file;
}

/** POSIX ustar. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000755\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
