import { Module } from '@nestjs/common';
import { AddressRule } from './address-rule.js';
import { OwnAddresses } from './own-addresses.js';

/** Decides to which addresses that users choose the server can connect. */
@Module({ providers: [AddressRule, OwnAddresses], exports: [AddressRule, OwnAddresses] })
export class DestinationsModule {}
