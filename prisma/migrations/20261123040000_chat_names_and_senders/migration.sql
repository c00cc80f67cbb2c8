-- AlterTable
ALTER TABLE "chat_messages" ADD COLUMN     "display_name" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "held_messages" ADD COLUMN     "address_hash" BYTEA,
ADD COLUMN     "display_name" TEXT NOT NULL DEFAULT '';

-- CreateIndex
CREATE INDEX "chat_messages_channel_id_account_id_seq_idx" ON "chat_messages"("channel_id", "account_id", "seq");

-- CreateIndex
CREATE INDEX "chat_messages_channel_id_guest_id_seq_idx" ON "chat_messages"("channel_id", "guest_id", "seq");


