import { checksum, crc32 } from '../../../../src/state/durable/checksum';

describe('the checksum', () => {
  it('is CRC-32, by Node as by ourselves', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) & 0xff));
    expect(checksum(bytes)).toBe(crc32(bytes));
    expect(checksum(bytes.subarray(500), checksum(bytes.subarray(0, 500)))).toBe(crc32(bytes));
    expect(crc32(bytes.subarray(500), crc32(bytes.subarray(0, 500)))).toBe(crc32(bytes));
  });
});
