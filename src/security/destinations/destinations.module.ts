import { Module } from '@nestjs/common';
import { AddressRule } from './address-rule.js';
import { OwnAddresses } from './own-addresses.js';

/** Decides which of the addresses that users choose the server can connect to. */
@Module({ providers: [AddressRule, OwnAddresses], exports: [AddressRule, OwnAddresses] })
export class DestinationsModule {}
