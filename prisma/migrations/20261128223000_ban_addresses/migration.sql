-- A ban holds several addresses: those that an account was seen at, too.
ALTER TABLE "chat_bans" ADD COLUMN "address_hashes" BYTEA[];
UPDATE "chat_bans"
SET "address_hashes" = CASE WHEN "address_hash" IS NULL THEN ARRAY[]::BYTEA[] ELSE ARRAY["address_hash"] END;

DROP INDEX "chat_bans_channel_id_address_hash_idx";
ALTER TABLE "chat_bans" DROP COLUMN "address_hash";
