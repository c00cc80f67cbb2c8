import { BitReader } from './bit-reader.js';

/** The sample rates in Hz, by `samplingFrequencyIndex` (ISO/IEC 14496-3 table 1.18). */
export const AAC_SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];
const EXPLICIT_RATE = 15;
const ESCAPE_TYPE = 31;
/** Spectral band replication and parametric stereo, which are followed by the type of the core. */
const SBR = 5;
const PS = 29;
/**
 * Channels for each `channelConfiguration` (table 1.19); 0 means that only the stream specifies
 * them.
 */
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8] as const;

/** The contents of an AudioSpecificConfig that are needed here. */
export type AacSpecificConfig = Readonly<{
  /** The audio object type; 2 is AAC-LC, 5 and 29 are HE-AAC. */
  objectType: number;
  /** The sample rate of the core. HE-AAC plays at twice this rate. */
  sampleRate: number;
  /** The number of channels; 0 if only the frames specify it. */
  channels: number;
  /** Samples of the core per frame: 1,024, or 960 in some digital radio. */
  frameSamples: number;
}>;

/** Parses an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1); null for malformed or reserved data. */
export function parseAacSpecificConfig(record: Uint8Array): AacSpecificConfig | null {
  const reader = new BitReader(record);
  const objectType = readObjectType(reader);
  const sampleRate = readSampleRate(reader);
  const channels = CHANNELS[reader.bits(4)];
  if (objectType === SBR || objectType === PS) {
    readSampleRate(reader);
    readObjectType(reader);
  }
  // GASpecificConfig (4.4.1) begins with frameLengthFlag.
  const frameSamples = reader.flag() ? 960 : 1_024;
  if (reader.failed || objectType === 0 || sampleRate === null || channels === undefined)
    return null;
  return { objectType, sampleRate, channels, frameSamples };
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5);
  return type === ESCAPE_TYPE ? 32 + reader.bits(6) : type;
}

function readSampleRate(reader: BitReader): number | null {
  const index = reader.bits(4);
  const rate = index === EXPLICIT_RATE ? reader.bits(24) : (AAC_SAMPLE_RATES[index] ?? 0);
  return rate >= 7_350 && rate <= 96_000 ? rate : null;
}
