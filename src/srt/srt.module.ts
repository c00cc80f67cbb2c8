import { Module } from '@nestjs/common';
import { SrtRunner } from './srt-runner.js';

/** Provides the program that carries SRT connections. */
@Module({ providers: [SrtRunner], exports: [SrtRunner] })
export class SrtModule {}
