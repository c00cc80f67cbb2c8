-- AlterTable
ALTER TABLE "restream_targets" ADD COLUMN     "passphrase" BYTEA;
