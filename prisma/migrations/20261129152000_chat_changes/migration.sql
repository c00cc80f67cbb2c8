-- AlterTable
ALTER TABLE "channels" ADD COLUMN     "room_version" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "chat_changes" (
    "channel_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "change" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_changes_pkey" PRIMARY KEY ("channel_id","version")
);

-- CreateIndex
CREATE INDEX "chat_changes_at_idx" ON "chat_changes"("at");

-- AddForeignKey
ALTER TABLE "chat_changes" ADD CONSTRAINT "chat_changes_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
